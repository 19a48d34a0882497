//! A broker that trusts nobody: TLS, client certificates, SASL and an authorizer, each on a port of its own, with
//! certificates made for this run.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};

use super::server::{Server, class};
use crate::ports;

/// The right password of every user.
pub const PASSWORD: &str = "right";

/// Ports by what they want.
#[derive(Debug, Clone, Copy)]
pub struct Ports {
    /// Nothing; its users may do everything.
    pub plain: u16,
    /// TLS.
    pub tls: u16,
    /// TLS with a client certificate.
    pub mutual: u16,
    /// TLS, with a certificate that has expired.
    pub expired: u16,
    /// TLS and SASL.
    pub sasl_tls: u16,
    /// SASL without TLS, PLAIN only, for the users given.
    pub sasl: u16,
    controller: u16,
}

/// The broker.
pub struct Secure {
    /// Its ports.
    pub ports: Ports,
    server: Server,
}

impl Secure {
    /// Starts a broker. `users`: further users of the port without TLS, who have no rights.
    pub fn start(users: &[&str]) -> Result<Self, String> {
        let mut server = Server::new()?;
        certificates(server.folder()).map_err(|e| e.to_string())?;
        let ports = Ports {
            plain: ports::free(),
            tls: ports::free(),
            mutual: ports::free(),
            expired: ports::free(),
            sasl_tls: ports::free(),
            sasl: ports::free(),
            controller: ports::free(),
        };
        let user = format!("--standalone --add-scram 'SCRAM-SHA-512=[name=worker,password={PASSWORD}]'");
        server.format(&properties(server.folder(), ports, users), &user)?;
        server.spawn()?;
        let broker = Self { ports, server };
        broker.server.wait_open(&broker.bootstrap())?;
        Ok(broker)
    }

    /// The broker's log.
    pub fn log(&self) -> String {
        self.server.log()
    }

    /// Address of the port that wants nothing.
    pub fn bootstrap(&self) -> String {
        format!("127.0.0.1:{}", self.ports.plain)
    }

    /// A file beside the broker: `ca.pem`, `other-ca.pem`, `client.pem`, `client.key`, or a new one.
    pub fn file(&self, name: &str) -> String {
        self.server.folder().join(name).display().to_string()
    }

    /// The command line of Kafka's own `kafka-acls.sh`.
    pub fn acls(&self) -> Result<PathBuf, String> {
        let path = self.server.folder().join("kafka-acls.sh");
        let tool = class("org.apache.kafka.tools.AclCommand")?;
        fs::write(&path, format!("#!/bin/sh\n{tool} \"$@\"\n")).map_err(|e| e.to_string())?;
        let mut rights = fs::metadata(&path).map_err(|e| e.to_string())?.permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut rights, 0o755);
        fs::set_permissions(&path, rights).map_err(|e| e.to_string())?;
        Ok(path)
    }
}

/// Two authorities, a broker (host name `localhost` only), the same expired, and a client.
fn certificates(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let authority = |name: &str| -> Result<(CertificateParams, KeyPair), rcgen::Error> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Ok((params, KeyPair::generate()?))
    };
    let (params, key) = authority("test authority")?;
    fs::write(folder.join("ca.pem"), params.self_signed(&key)?.pem())?;
    let issuer = Issuer::new(params, key);
    let (params, key) = authority("other authority")?;
    fs::write(folder.join("other-ca.pem"), params.self_signed(&key)?.pem())?;

    let leaf = |name: &str, until: i32| -> Result<(String, String), rcgen::Error> {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        let key = KeyPair::generate()?;
        Ok((params.signed_by(&key, &issuer)?.pem(), key.serialize_pem()))
    };
    for (file, until) in [("broker.pem", 2100), ("expired.pem", 2021)] {
        let (certificate, key) = leaf("broker", until)?;
        // Kafka wants key and certificate in one file.
        fs::write(folder.join(file), key + &certificate)?;
    }
    let (certificate, key) = leaf("client", 2100)?;
    fs::write(folder.join("client.pem"), certificate)?;
    fs::write(folder.join("client.key"), key)?;
    Ok(())
}

fn properties(folder: &Path, ports: Ports, users: &[&str]) -> String {
    let Ports { plain, tls, mutual, expired, sasl_tls, sasl, controller } = ports;
    let folder = folder.display();
    let others: String = users.iter().map(|u| format!(" user_{u}=\"{PASSWORD}\"")).collect();
    let plain_login = "org.apache.kafka.common.security.plain.PlainLoginModule required";
    format!(
        "\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{plain},TLS://127.0.0.1:{tls},MUTUAL://127.0.0.1:{mutual},\
EXPIRED://127.0.0.1:{expired},SASLTLS://127.0.0.1:{sasl_tls},SASL://127.0.0.1:{sasl},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{plain},TLS://localhost:{tls},MUTUAL://localhost:{mutual},\
EXPIRED://localhost:{expired},SASLTLS://localhost:{sasl_tls},SASL://localhost:{sasl}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,TLS:SSL,MUTUAL:SSL,EXPIRED:SSL,\
SASLTLS:SASL_SSL,SASL:SASL_PLAINTEXT
ssl.keystore.type=PEM
ssl.keystore.location={folder}/broker.pem
ssl.truststore.type=PEM
ssl.truststore.location={folder}/ca.pem
listener.name.mutual.ssl.client.auth=required
listener.name.mutual.ssl.keystore.type=PEM
listener.name.mutual.ssl.keystore.location={folder}/broker.pem
listener.name.expired.ssl.keystore.type=PEM
listener.name.expired.ssl.keystore.location={folder}/expired.pem
listener.name.sasltls.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512,OAUTHBEARER
listener.name.sasltls.plain.sasl.jaas.config={plain_login} user_worker=\"{PASSWORD}\";
listener.name.sasltls.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasltls.oauthbearer.sasl.jaas.config=\
org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"broker\";
listener.name.sasl.sasl.enabled.mechanisms=PLAIN
listener.name.sasl.plain.sasl.jaas.config={plain_login} user_worker=\"{PASSWORD}\"{others};
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:worker;User:CN=client
log.dirs={folder}/log
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
num.network.threads=1
num.io.threads=2
log.cleaner.dedupe.buffer.size=4194304
log.cleaner.threads=1
auto.create.topics.enable=false
message.max.bytes=10485760
"
    )
}
