//! A transcript heard again: every line through its vocabulary's decoder into one model.
//!
//! Lives here: [`Listener`], who hears client methods, and ([`dump`]) the words in which a model can be compared.
//! Shared by the tests of the page and of the hub; a transcript is a text of JSON lines:
//!
//! - the first line is the head: whose desk it is (`me`), the `directory`, and how the site reads states;
//! - every other line is one call of a client method: `at` (milliseconds since 1970), `target`, `arguments`.

#![allow(dead_code, reason = "each test uses a part of it")]

pub(crate) mod dump;

use serde_json::Value;
use switchhook::domain::call::Stage;
use switchhook::domain::ids::{Ref, SourceId};
use switchhook::domain::{Event, Model, Moment};
use switchhook::protocol::message::Payload;
use switchhook::session::config::STAGES;
use switchhook::vendor::callgem::replay::{Heard, RollForward};
use switchhook::vendor::rte::directory::Directory;
use switchhook::vendor::{Oddities, Settings, callgem, ccs, ctios, rte, tserver};

/// The source of RTE and CTI OS, which tell of the same calls (see `docs/hub-contract.md`).
pub(crate) const AT_HOME: SourceId = SourceId(0);
/// The source of Genesys T-Server.
pub(crate) const TSERVER: SourceId = SourceId(1);
/// The source of ccsevents.
pub(crate) const CCS: SourceId = SourceId(2);
/// The source of Sytel CallGem.
pub(crate) const CALLGEM: SourceId = SourceId(3);

/// A page that hears client methods and shows nothing.
pub(crate) struct Listener {
    pub(crate) model: Model,
    pub(crate) oddities: Oddities,
    /// What people were told, line by line: the time and the transition.
    pub(crate) told: Vec<(Moment, String)>,
    /// The time of the first line.
    pub(crate) began: Option<Moment>,
    settings: Settings,
    tserver_site: tserver::Site,
    telephone: ctios::Decoder,
    telephone_site: ctios::Site,
    ccs: ccs::Decoder,
    ccs_site: ccs::Site,
    callgem: callgem::Decoder,
    callgem_site: callgem::Site,
    roll: RollForward,
    missed: u32,
    me: Option<String>,
}

impl Listener {
    /// Whoever sits at the desk that the head describes.
    pub(crate) fn new(head: &Value) -> Self {
        let mut listener = Self {
            model: Model::default(),
            oddities: Oddities::default(),
            told: Vec::new(),
            began: None,
            settings: Settings {
                source: AT_HOME,
                ..Settings::default()
            },
            tserver_site: tserver::Site {
                source: TSERVER,
                ..tserver::Site::default()
            },
            telephone: ctios::Decoder::default(),
            telephone_site: ctios::Site {
                queue_name_variable: head["queueNameVariable"].as_u64().map(|number| number as u8),
                ..ctios::Site::default()
            },
            ccs: ccs::Decoder::default(),
            ccs_site: ccs::Site {
                source: CCS,
                states: stages(&head["ccs"]["states"]),
                ..ccs::Site::default()
            },
            callgem: callgem::Decoder::default(),
            callgem_site: callgem::Site {
                source: CALLGEM,
                states: states(&head["callgem"]["states"]),
                ..callgem::Site::default()
            },
            roll: RollForward::default(),
            missed: 0,
            me: head["me"].as_str().map(str::to_owned),
        };
        for source in [AT_HOME, TSERVER, CCS, CALLGEM] {
            listener.model.begin_session(source);
        }
        listener.learn(&head["directory"]);
        listener
    }

    /// Takes in the names of everything, and by which of them each source calls an agent.
    fn learn(&mut self, directory: &Value) {
        let directory = Directory::read(&directory.to_string(), &mut self.oddities).unwrap_or_default();
        let model = &mut self.model;
        directory.tell(AT_HOME, &mut |event| model.apply(event, None, Moment(0)));
        for agent in &directory.agents {
            let key = model.agents.intern(Ref::new(AT_HOME, &agent.id));
            let names = [
                (TSERVER, &agent.login_id),
                (CCS, &agent.extension),
                (CALLGEM, &agent.login_id),
            ];
            for (source, name) in names {
                if let Some(name) = name {
                    model.agents.alias(Ref::new(source, name), key);
                }
            }
        }
        let me = self
            .me
            .as_deref()
            .map(|me| model.agents.intern(Ref::new(AT_HOME, me)));
        model.set_me(me);
    }

    /// Hears one line of a transcript; whether it is one.
    pub(crate) fn hear_line(&mut self, line: &str) -> bool {
        let Ok(line) = serde_json::from_str::<Value>(line) else {
            return false;
        };
        let (Some(at), Some(target)) = (line["at"].as_i64(), line["target"].as_str()) else {
            return false;
        };
        self.hear(Moment(at), target, &line["arguments"].to_string());
        true
    }

    /// Hears one call of a client method.
    pub(crate) fn hear(&mut self, at: Moment, target: &str, arguments: &str) {
        self.began.get_or_insert(at);
        let Self { model, oddities, .. } = self;
        let payload = Payload::from_json(arguments);
        let mut sink = |stamp: Option<Moment>, event: Event<'_>| model.apply(event, stamp, at);
        // What is unreadable was counted by the decoder.
        match target {
            rte::CLIENT_METHOD => {
                let _ = rte::decode(payload, &self.settings, Some(at), oddities, &mut sink);
            }
            ctios::CLIENT_METHOD => {
                let me = self.me.as_deref();
                let _ = self
                    .telephone
                    .decode(payload, &self.telephone_site, me, oddities, &mut sink);
            }
            tserver::CLIENT_METHOD => {
                let _ = tserver::decode(payload, &self.tserver_site, oddities, &mut sink);
            }
            ccs::CLIENT_METHOD => {
                let _ = self.ccs.decode(payload, &self.ccs_site, oddities, &mut sink);
            }
            callgem::CLIENT_METHOD => {
                let Self { roll, missed, .. } = self;
                let mut over = None;
                let mut sink = |stamp: Option<Moment>, event: Event<'_>| match roll.hear(stamp, Some(at)) {
                    Heard::Replayed => *missed += model.apply_late(event, stamp, at),
                    Heard::LiveAgain(events) => {
                        over = Some(events);
                        model.apply(event, stamp, at);
                    }
                    Heard::Live => model.apply(event, stamp, at),
                };
                let _ = self
                    .callgem
                    .decode(payload, &self.callgem_site, oddities, &mut sink);
                if let Some(events) = over {
                    model.caught_up(events, std::mem::take(missed));
                }
            }
            callgem::ROLL_FORWARD_METHOD => {
                let words: Value = serde_json::from_str(arguments).unwrap_or_default();
                let transaction = words[0].as_str().unwrap_or_default();
                match callgem::read_mark(payload, transaction, oddities) {
                    Ok(Some(callgem::Mark::Begin)) => self.roll.mark(),
                    Ok(Some(callgem::Mark::End)) => {
                        if let Some(events) = self.roll.end() {
                            model.caught_up(events, std::mem::take(&mut self.missed));
                        }
                    }
                    Ok(None) | Err(_) => {}
                }
            }
            _ => {}
        }
        let told = self.model.take_transitions();
        self.told
            .extend(told.into_iter().map(|told| (at, format!("{told:?}"))));
    }
}

/// Where a leg in a state stands, as the site says.
fn stages(list: &Value) -> Vec<(Box<str>, Stage)> {
    entries(list)
        .filter_map(|entry| Some((entry["state"].as_str()?.into(), stage(&entry["stage"])?)))
        .collect()
}

/// What states are called and where a session in one stands, as the site says.
fn states(list: &Value) -> Vec<callgem::StateMeaning> {
    entries(list)
        .filter_map(|entry| {
            Some(callgem::StateMeaning {
                number: entry["number"].as_i64()?,
                label: entry["label"].as_str()?.into(),
                stage: stage(&entry["stage"]),
            })
        })
        .collect()
}

fn entries(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().map(Vec::as_slice).unwrap_or_default().iter()
}

fn stage(word: &Value) -> Option<Stage> {
    let known = STAGES.iter().find(|(known, _)| word == known);
    known.map(|(_, stage)| *stage)
}
