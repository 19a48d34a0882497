#!/bin/sh
# The rights a Dateline worker needs, and no others. A test applies this file to a broker with the StandardAuthorizer
# and shows that the worker runs with these rights and fails, naming the cause, without any one of them.
#
#   BOOTSTRAP=kafka:9092 sh acls.sh User:dateline
#
# Environment: ACLS (kafka-acls.sh of Apache Kafka), COMMAND_CONFIG (its client properties), GROUP and the topics, as in
# the worker's settings. DESCRIBE comes with READ and WRITE. `dateline check --connect` and `topics plan` read topic
# settings too: they say so where DESCRIBE_CONFIGS is missing. `topics apply` wants CREATE and ALTER_CONFIGS, and
# `dlq replay` WRITE on the input, READ on the dead letters, and READ on groups that begin with <GROUP>-replay-: grant
# those to a person, not to the worker.
set -eu
: "${BOOTSTRAP:?set BOOTSTRAP to host:port}"
: "${1:?name the principal, e.g. User:dateline}"
ACLS=${ACLS:-kafka-acls.sh}
GROUP=${GROUP:-dateline}
INPUT=${INPUT:-articles.raw}
ENRICHED=${ENRICHED:-articles.enriched}
EVENTS=${EVENTS:-news.events}
ENTITIES=${ENTITIES:-news.entities}
DEAD=${DEAD:-articles.dead}

principals=
for principal in "$@"; do principals="$principals --allow-principal $principal"; done
grant() {
    # Principals hold no spaces; word splitting is meant.
    # shellcheck disable=SC2086
    $ACLS --bootstrap-server "$BOOTSTRAP" ${COMMAND_CONFIG:+--command-config "$COMMAND_CONFIG"} --add $principals "$@"
}

grant --operation READ --topic "$INPUT"
grant --operation WRITE --topic "$ENRICHED" --topic "$EVENTS" --topic "$ENTITIES" --topic "$DEAD"
grant --operation READ --group "$GROUP"
# <GROUP>-<kafka.instance>. Not needed with kafka.delivery = at_least_once.
grant --operation WRITE --transactional-id "$GROUP-" --resource-pattern-type prefixed
