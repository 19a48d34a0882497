-- news.canonical as an upsert table in Flink SQL (flink-sql-connector-kafka, flink-json). Fields left out here may be added
-- under the names of config/schemas/event.canonical-1.json.
CREATE TABLE canonical (
  canonical_id STRING NOT NULL,
  status STRING,
  revision BIGINT,
  founded_at TIMESTAMP_LTZ(3),
  updated_at TIMESTAMP_LTZ(3),
  merged_into STRING,
  absorbed ARRAY<STRING>,
  maybe_same ARRAY<ROW<canonical_id STRING, score DOUBLE>>,
  told ROW<
    `type` ROW<plover ROW<event STRING>, happening STRING, cameo STRING, quad_class INT, goldstein DOUBLE>,
    actors ARRAY<ROW<name STRING, country_iso3 STRING, cameo_code STRING, reports INT>>,
    recipients ARRAY<ROW<name STRING, country_iso3 STRING, cameo_code STRING, reports INT>>,
    title STRING,
    summary_text STRING,
    location ROW<name STRING, geonameid BIGINT, lat DOUBLE, lon DOUBLE, admin1 STRING, country_iso2 STRING>,
    `time` ROW<`start` STRING, `end` STRING, granularity STRING>,
    casualties ROW<
      killed ROW<best BIGINT, low BIGINT, high BIGINT, disagreement BOOLEAN,
        history ARRAY<ROW<`at` STRING, best BIGINT, why STRING>>>,
      injured ROW<best BIGINT, low BIGINT, high BIGINT, disagreement BOOLEAN,
        history ARRAY<ROW<`at` STRING, best BIGINT, why STRING>>>
    >,
    sources ROW<articles INT, copies INT, origins INT, publishers INT, first_published STRING, last_published STRING>,
    confidence ROW<overall DOUBLE, same_event DOUBLE>
  >,
  `change` ROW<kinds ARRAY<STRING>, text STRING>,
  PRIMARY KEY (canonical_id) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'news.canonical',
  'properties.bootstrap.servers' = 'kafka:9092',
  'properties.isolation.level' = 'read_committed',
  'key.format' = 'raw',
  'value.format' = 'json',
  'value.json.timestamp-format.standard' = 'ISO-8601'
);
