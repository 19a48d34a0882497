-- news.canonical as a table in RisingWave. Its Kafka client reads committed records only. What is nested is JSONB; the view
-- takes out what is asked for most.
CREATE TABLE canonical (
  canonical_id VARCHAR,
  status VARCHAR,
  revision BIGINT,
  founded_at TIMESTAMPTZ,
  updated_at TIMESTAMPTZ,
  merged_into VARCHAR,
  maybe_same JSONB,
  told JSONB,
  change JSONB,
  PRIMARY KEY (kafka_key)
)
INCLUDE KEY AS kafka_key
WITH (
  connector = 'kafka',
  topic = 'news.canonical',
  properties.bootstrap.server = 'kafka:9092',
  scan.startup.mode = 'earliest'
) FORMAT UPSERT ENCODE JSON;

CREATE VIEW canonical_events AS
SELECT
  canonical_id,
  status,
  updated_at,
  told #>> '{title}' AS title,
  told #>> '{type,plover,event}' AS event,
  told #>> '{type,happening}' AS happening,
  told #>> '{location,name}' AS place,
  told #>> '{location,country_iso2}' AS country,
  told #>> '{time,start}' AS began,
  (told #>> '{casualties,killed,best}')::BIGINT AS killed,
  (told #>> '{casualties,injured,best}')::BIGINT AS injured,
  (told #>> '{sources,origins}')::INT AS origins,
  (told #>> '{sources,articles}')::INT AS articles,
  change #>> '{text}' AS changed
FROM canonical
WHERE told IS NOT NULL;
