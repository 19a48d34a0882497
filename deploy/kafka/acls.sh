#!/bin/sh
# The rights a Dateline worker needs, and no others. A test applies this file to a broker with the StandardAuthorizer
# and shows that the worker runs with these rights and fails, naming the cause, without any one of them.
#
#   BOOTSTRAP=kafka:9092 sh acls.sh User:dateline
#   BOOTSTRAP=kafka:9092 ROLE=link sh acls.sh User:dateline-link
#
# Environment: ROLE (read or link, as worker.role), ACLS (kafka-acls.sh of Apache Kafka), COMMAND_CONFIG (its client properties), GROUP and the topics, as in
# the worker's settings. DESCRIBE comes with READ and WRITE. `dateline check --connect` and `topics plan` read topic
# settings too: they say so where DESCRIBE_CONFIGS is missing. `topics apply` wants CREATE and ALTER_CONFIGS, and
# `dlq replay` WRITE on the input, READ on the dead letters, and READ on groups that begin with <GROUP>-replay-,
# `export` READ on the topics that it exports and on groups that begin with <GROUP>-export-: grant those to a person, not to
# the worker.
set -eu
: "${BOOTSTRAP:?set BOOTSTRAP to host:port}"
: "${1:?name the principal, e.g. User:dateline}"
ACLS=${ACLS:-kafka-acls.sh}
GROUP=${GROUP:-dateline}
INPUT=${INPUT:-articles.raw}
ENRICHED=${ENRICHED:-articles.enriched}
EVENTS=${EVENTS:-news.events}
ENTITIES=${ENTITIES:-news.entities}
LINK=${LINK:-news.link}
CANONICAL=${CANONICAL:-news.canonical}
LINKS=${LINKS:-news.links}
LINK_STATE=${LINK_STATE:-news.link.state}
DEAD=${DEAD:-articles.dead}

principals=
for principal in "$@"; do principals="$principals --allow-principal $principal"; done
grant() {
    # Principals hold no spaces; word splitting is meant.
    # shellcheck disable=SC2086
    $ACLS --bootstrap-server "$BOOTSTRAP" ${COMMAND_CONFIG:+--command-config "$COMMAND_CONFIG"} --add $principals "$@"
}

case ${ROLE:-read} in
read)
    grant --operation READ --topic "$INPUT"
    grant --operation WRITE --topic "$ENRICHED" --topic "$EVENTS" --topic "$ENTITIES" --topic "$LINK" --topic "$DEAD"
    ;;
link)
    GROUP=$GROUP-link
    grant --operation READ --topic "$LINK" --topic "$LINK_STATE"
    grant --operation WRITE --topic "$CANONICAL" --topic "$LINKS" --topic "$LINK_STATE" --topic "$EVENTS" --topic "$DEAD"
    ;;
*)
    echo "ROLE is $ROLE; there are read and link" >&2
    exit 64
    ;;
esac
grant --operation READ --group "$GROUP"
# <GROUP>-<kafka.instance>. Not needed with kafka.delivery = at_least_once.
grant --operation WRITE --transactional-id "$GROUP-" --resource-pattern-type prefixed
