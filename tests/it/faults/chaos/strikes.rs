//! What a long run breaks, and how it is mended again. Nothing here waits: a strike is a few signals, and what must
//! follow later is noted with its time.

use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::BaseConsumer;

use super::super::{Exit, Random, Scene};
use super::evidence::Evidence;
use super::plan::{Assignment, FEWEST, MOST, Plan};
use crate::kafka::{BROKERS, Cluster, is_whole};
use crate::process::WorkerProcess;

/// Sizes that the group takes in turn.
const SIZES: [usize; 5] = [MOST, FEWEST, 4, MOST, FEWEST];

/// What is to be done later.
enum Later {
    StartWorker(usize),
    StopWorker(usize),
    WakeWorker(usize),
    DrainWorker(usize),
    KillBroker(usize),
    SilenceBroker(usize),
    MendBroker(usize),
    /// The broker is on its way back.
    BrokerBack,
}

/// A worker that was asked to end.
struct Leaving {
    slot: usize,
    worker: WorkerProcess,
    /// When it comes back, if it does.
    back: Option<Instant>,
}

pub struct Chaos<'a> {
    pub scene: Scene,
    pub evidence: &'a mut Evidence,
    cluster: &'a mut Cluster,
    plan: Plan,
    random: Random,
    later: Vec<(Instant, Later)>,
    leaving: Vec<Leaving>,
    strikes: usize,
    /// Slots that shall have a worker.
    wanted: usize,
    /// Looks whether the cluster is whole.
    probe: BaseConsumer,
    probed: Instant,
}

impl<'a> Chaos<'a> {
    pub fn new(scene: Scene, plan: Plan, cluster: &'a mut Cluster, evidence: &'a mut Evidence) -> Self {
        let probe = ClientConfig::new().set("bootstrap.servers", cluster.bootstrap()).create().unwrap();
        let random = Random(plan.seed);
        let (later, leaving, probed) = (Vec::new(), Vec::new(), Instant::now());
        Self { scene, evidence, cluster, plan, random, later, leaving, strikes: 0, wanted: FEWEST, probe, probed }
    }

    /// Whether nothing is broken.
    pub fn is_whole(&self) -> bool {
        self.later.is_empty() && self.leaving.is_empty()
    }

    /// Breaks something that is whole; every sixth time the group changes its size instead.
    pub fn strike(&mut self) {
        self.strikes += 1;
        if self.strikes.is_multiple_of(6) {
            let what = self.resize(SIZES[(self.strikes / 6 - 1) % SIZES.len()]);
            return self.evidence.note(&what);
        }
        // What a cooperative group keeps over a rebalance is what may be committed by the wrong worker.
        let joint = if self.plan.assignment == Assignment::Cooperative { 40 } else { 20 };
        let whole = !self
            .later
            .iter()
            .any(|(_, l)| matches!(l, Later::KillBroker(_) | Later::MendBroker(_) | Later::BrokerBack));
        let awake: Vec<usize> = (0..self.wanted).filter(|slot| self.is_awake(*slot)).collect();
        let Some(slot) = awake.get(self.below(awake.len().max(1))).copied() else {
            return self.evidence.note("nothing is broken: no worker is awake");
        };
        let away = self.seconds(2, 11);
        let what = match self.below(100) {
            dice if dice < joint && whole && dice.is_multiple_of(2) => self.stall(slot),
            dice if dice < joint && whole => self.lose_coordinator(slot, &awake),
            dice if dice < joint + 8 && whole => {
                let broker = self.below(BROKERS);
                self.kill_broker(broker, away)
            }
            dice if dice < joint + 16 && whole => {
                let broker = self.below(BROKERS);
                self.silence_broker(broker, away)
            }
            dice if dice < joint + 24 => self.stop_worker(slot, away),
            dice if dice < joint + 32 => {
                self.drain(slot, Some(away));
                format!("worker {slot} drains (SIGTERM), away for {} s", away.as_secs())
            }
            dice if dice < joint + 37 => {
                for (turn, slot) in (0..).zip(0..self.wanted) {
                    self.later.push((Instant::now() + Duration::from_secs(2) * turn, Later::DrainWorker(slot)));
                }
                "rolling restart of the workers (SIGTERM)".to_owned()
            }
            _ => self.kill_worker(slot, away),
        };
        self.evidence.note(&what);
    }

    /// Acknowledgements stall while the group changes: a broker that leads outputs but not the group falls silent, a
    /// worker comes back anew, another one sleeps past its session.
    fn stall(&mut self, slot: usize) -> String {
        let coordinator = self.cluster.coordinator(&self.scene.group.name);
        let broker = (coordinator + 1 + self.below(BROKERS - 1)) % BROKERS;
        let (silent, asleep) = (self.seconds(5, 10), self.plan.session + self.millis(500, 4000));
        let killed = (slot + 1) % self.wanted;
        let mut what = format!("acknowledgements stall: {}", self.silence_broker(broker, silent));
        if self.is_awake(killed) && killed != slot {
            what += &format!("; {}", self.kill_worker(killed, Duration::ZERO));
        }
        what + &format!("; {}", self.stop_worker(slot, asleep))
    }

    /// The group's coordinator goes while a rebalance is under way that its leader holds up: followers are left with a
    /// generation that no other broker has heard of. With another broker silent, acknowledgements stall, too.
    fn lose_coordinator(&mut self, slot: usize, awake: &[usize]) -> String {
        let coordinator = self.cluster.coordinator(&self.scene.group.name);
        let mut what = format!("a rebalance loses its coordinator: {}", self.kill_worker(slot, Duration::ZERO));
        let others: Vec<usize> = awake.iter().copied().filter(|other| *other != slot).collect();
        let stopped = self.below(others.len().max(1));
        if let Some(other) = others.get(stopped).copied() {
            let (after, asleep) = (self.millis(0, 1500), self.millis(2500, 8000));
            self.later.push((Instant::now() + after, Later::StopWorker(other)));
            self.later.push((Instant::now() + after + asleep, Later::WakeWorker(other)));
            what += &format!("; worker {other} stopped after {} ms for {} ms", after.as_millis(), asleep.as_millis());
        }
        let (after, away) = (self.millis(300, 3000), self.seconds(0, 9));
        self.later.push((Instant::now() + after, Later::KillBroker(coordinator)));
        self.later.push((Instant::now() + after + away, Later::MendBroker(coordinator)));
        what += &format!("; broker {coordinator} killed after {} ms for {} s", after.as_millis(), away.as_secs());
        if self.below(2) == 0 {
            // With the coordinator, or when another broker is about to take its place.
            let other = (coordinator + 1 + self.below(BROKERS - 1)) % BROKERS;
            let (after, silent) =
                ([Duration::ZERO, after + self.millis(3000, 6000)][self.below(2)], self.seconds(4, 9));
            self.later.push((Instant::now() + after, Later::SilenceBroker(other)));
            self.later.push((Instant::now() + after + silent, Later::MendBroker(other)));
            what += &format!("; broker {other} silent after {} ms for {} s", after.as_millis(), silent.as_secs());
        }
        what
    }

    fn kill_broker(&mut self, broker: usize, away: Duration) -> String {
        self.cluster.kill(broker);
        self.later.push((Instant::now() + away, Later::MendBroker(broker)));
        format!("broker {broker} killed for {} s", away.as_secs())
    }

    fn silence_broker(&mut self, broker: usize, away: Duration) -> String {
        self.cluster.pause(broker);
        self.later.push((Instant::now() + away, Later::MendBroker(broker)));
        format!("broker {broker} silent for {} s", away.as_secs())
    }

    fn stop_worker(&mut self, slot: usize, asleep: Duration) -> String {
        self.scene.worker(slot).signal("STOP");
        self.later.push((Instant::now() + asleep, Later::WakeWorker(slot)));
        format!("worker {slot} stopped for {} ms", asleep.as_millis())
    }

    fn kill_worker(&mut self, slot: usize, away: Duration) -> String {
        self.scene.take(slot).kill();
        self.later.push((Instant::now() + away, Later::StartWorker(slot)));
        format!("worker {slot} killed (SIGKILL), away for {} s", away.as_secs())
    }

    fn drain(&mut self, slot: usize, back: Option<Duration>) {
        let worker = self.scene.take(slot);
        worker.signal("TERM");
        self.leaving.push(Leaving { slot, worker, back: back.map(|time| Instant::now() + time) });
    }

    /// The group grows or shrinks.
    fn resize(&mut self, target: usize) -> String {
        let before = self.wanted;
        self.wanted = target;
        for slot in before..target {
            self.later.push((Instant::now(), Later::StartWorker(slot)));
        }
        for slot in target..before {
            if self.is_awake(slot) {
                self.drain(slot, None);
            }
        }
        format!("the group of {before} shall be one of {target}")
    }

    /// Whether a slot has a worker that is neither asleep nor about to be.
    fn is_awake(&self, slot: usize) -> bool {
        let busy = self.later.iter().any(|(_, later)| match later {
            Later::StartWorker(other) | Later::StopWorker(other) | Later::WakeWorker(other) => *other == slot,
            _ => false,
        });
        !busy && self.scene.slots.get(slot).is_some_and(Option::is_some)
    }

    /// Does what is due, and starts workers again that have ended, as a supervisor does.
    pub fn mend(&mut self) {
        let now = Instant::now();
        let (due, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.later).into_iter().partition(|(at, _)| *at <= now);
        self.later = later;
        for (at, what) in due {
            self.carry_out(at, what);
        }
        for leaving in std::mem::take(&mut self.leaving) {
            self.see_off(leaving);
        }
        let known = self.scene.exits.len();
        self.scene.supervise();
        for exit in &self.scene.exits[known..] {
            let Exit { slot, code, reason } = exit;
            self.evidence.note(&format!("worker {slot} ended by itself with {code:?} and is started again: {reason}"));
        }
    }

    fn carry_out(&mut self, at: Instant, what: Later) {
        match what {
            // One that is still leaving is waited for: two workers must not share an id.
            Later::StartWorker(slot) if self.leaving.iter().any(|leaving| leaving.slot == slot) => {
                self.later.push((at, what));
            }
            Later::StartWorker(slot) if slot < self.wanted => {
                if self.scene.slots.get(slot).is_none_or(Option::is_none) {
                    self.scene.put(slot);
                }
            }
            Later::StartWorker(_) => {}
            Later::StopWorker(slot) => self.signal(slot, "STOP"),
            Later::WakeWorker(slot) => {
                self.signal(slot, "CONT");
                if slot >= self.wanted && self.is_awake(slot) {
                    self.drain(slot, None);
                }
            }
            Later::DrainWorker(slot) => {
                if self.is_awake(slot) {
                    self.drain(slot, Some(Duration::ZERO));
                }
            }
            Later::KillBroker(broker) => self.cluster.kill(broker),
            Later::SilenceBroker(broker) => self.cluster.pause(broker),
            Later::MendBroker(broker) => {
                self.cluster.mend(broker).unwrap();
                self.later.push((Instant::now(), Later::BrokerBack));
            }
            Later::BrokerBack => {
                let asked = self.probed.elapsed() < Duration::from_secs(1);
                if !asked {
                    self.probed = Instant::now();
                }
                let topics = [&*self.scene.topics.input, "__consumer_offsets"];
                if asked || topics.iter().any(|topic| is_whole(&self.probe, Some(topic)) != Ok(true)) {
                    self.later.push((at, what));
                }
            }
        }
    }

    fn signal(&self, slot: usize, name: &str) {
        if let Some(worker) = self.scene.slots.get(slot).and_then(Option::as_ref) {
            worker.signal(name);
        }
    }

    fn see_off(&mut self, mut leaving: Leaving) {
        let slot = leaving.slot;
        let Some(status) = leaving.worker.ended() else { return self.leaving.push(leaving) };
        if status.code() != Some(0) {
            let reason = leaving.worker.last_words();
            self.evidence.note(&format!("worker {slot} drained with {:?}: {reason}", status.code()));
            self.scene.exits.push(Exit { slot, code: status.code(), reason });
        }
        if let Some(back) = leaving.back {
            self.later.push((back, Later::StartWorker(slot)));
        }
    }

    fn below(&mut self, n: usize) -> usize {
        self.random.below(n as u64) as usize
    }

    fn seconds(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_secs(from + self.random.below(to - from + 1))
    }

    fn millis(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.random.below(to - from + 1))
    }
}
