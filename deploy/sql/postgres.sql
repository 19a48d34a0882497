-- The table that connect.json fills: the record as it is, and columns that PostgreSQL (12 or newer) takes out of it.
CREATE TABLE canonical (
  canonical_id TEXT PRIMARY KEY,
  record JSONB,
  status TEXT GENERATED ALWAYS AS (record #>> '{status}') STORED,
  revision BIGINT GENERATED ALWAYS AS ((record #>> '{revision}')::BIGINT) STORED,
  updated_at TEXT GENERATED ALWAYS AS (record #>> '{updated_at}') STORED,
  merged_into TEXT GENERATED ALWAYS AS (record #>> '{merged_into}') STORED,
  title TEXT GENERATED ALWAYS AS (record #>> '{told,title}') STORED,
  event TEXT GENERATED ALWAYS AS (record #>> '{told,type,plover,event}') STORED,
  happening TEXT GENERATED ALWAYS AS (record #>> '{told,type,happening}') STORED,
  place TEXT GENERATED ALWAYS AS (record #>> '{told,location,name}') STORED,
  country TEXT GENERATED ALWAYS AS (record #>> '{told,location,country_iso2}') STORED,
  lat DOUBLE PRECISION GENERATED ALWAYS AS ((record #>> '{told,location,lat}')::DOUBLE PRECISION) STORED,
  lon DOUBLE PRECISION GENERATED ALWAYS AS ((record #>> '{told,location,lon}')::DOUBLE PRECISION) STORED,
  began TEXT GENERATED ALWAYS AS (record #>> '{told,time,start}') STORED,
  killed BIGINT GENERATED ALWAYS AS ((record #>> '{told,casualties,killed,best}')::BIGINT) STORED,
  injured BIGINT GENERATED ALWAYS AS ((record #>> '{told,casualties,injured,best}')::BIGINT) STORED,
  origins INT GENERATED ALWAYS AS ((record #>> '{told,sources,origins}')::INT) STORED,
  articles INT GENERATED ALWAYS AS ((record #>> '{told,sources,articles}')::INT) STORED,
  changed TEXT GENERATED ALWAYS AS (record #>> '{change,text}') STORED
);
