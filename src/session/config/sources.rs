//! What `config.json` says of the vocabularies beside the RTE and CTI OS.
//!
//! Lives here: the typed settings of T-Server, ccsevents and CallGem, and their reading with every fault's path.
//! May not be here: what a source does with them; limits that a vendor's own check has are that check's.
//! A key that is absent is a source that is not listened to; an empty object is one with every default.
//! States are the site's to map: no document lists them (irregularities A06, S05).

use super::keys;
use super::reading::{Object, Reading, join};
use crate::domain::call::Stage;
use crate::protocol::reader::Value;
use crate::vendor::callgem::{EventRequest, LocalClock, RequestError, StateMeaning, request};
use crate::vendor::time::{self, Stamp, Zone};

/// By which of a directory agent's fields a source names agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentName {
    /// `agentId`: what the agent signs in with.
    LoginId,
    /// `extension`: the phone.
    Extension,
    /// `id`.
    Id,
    /// `name`.
    Name,
}

const AGENT_NAMES: [(&str, AgentName); 4] = [
    ("agentId", AgentName::LoginId),
    ("extension", AgentName::Extension),
    ("id", AgentName::Id),
    ("name", AgentName::Name),
];

/// What a site calls the stages of a call.
pub const STAGES: [(&str, Stage); 8] = [
    ("begun", Stage::Begun),
    ("offered", Stage::Offered),
    ("alerting", Stage::Alerting),
    ("dialling", Stage::Dialling),
    ("connected", Stage::Connected),
    ("held", Stage::Held),
    ("failed", Stage::Failed),
    ("ended", Stage::Ended),
];

/// Genesys T-Server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TServer {
    /// How it names agents.
    pub agents: AgentName,
}

/// ccsevents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ccs {
    /// Domains to hear; `None`: those of the directory.
    pub domains: Option<Vec<Box<str>>>,
    /// How it names agents.
    pub agents: AgentName,
    /// Where a leg in a state stands.
    pub states: Vec<(Box<str>, Stage)>,
}

/// Sytel CallGem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallGem {
    /// The request, but for what differs from one sending to the next: transaction, persist token and time.
    pub request: EventRequest,
    /// CallGem is to keep the request over a lost connection (rule R123).
    pub persist: bool,
    /// Minutes of the past that are wanted at first (rule R127).
    pub history: Option<u32>,
    /// How it names agents.
    pub agents: AgentName,
    /// Its local time (rule R126).
    pub clock: LocalClock,
    /// What states mean.
    pub states: Vec<StateMeaning>,
}

/// Which vocabularies the desk listens to, beside CTI OS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    /// Enreach RTE.
    pub rte: bool,
    /// Genesys T-Server.
    pub tserver: Option<TServer>,
    /// ccsevents.
    pub ccs: Option<Ccs>,
    /// Sytel CallGem.
    pub callgem: Option<CallGem>,
}

impl Reading {
    pub(super) fn sources(&mut self, source: Object<'_>, path: &str) -> Sources {
        let rte = match source.get("rte") {
            None => true,
            Some(_) => self.flag(source, path, "rte"),
        };
        let object = self.object(source, path, "tserver");
        let tserver = object.map(|object| self.tserver(object, &join(path, "tserver")));
        let object = self.object(source, path, "ccs");
        let ccs = object.map(|object| self.ccs(object, &join(path, "ccs")));
        let object = self.object(source, path, "callgem");
        let callgem = object.map(|object| self.callgem(object, &join(path, "callgem")));
        Sources {
            rte,
            tserver,
            ccs,
            callgem,
        }
    }

    fn tserver(&mut self, object: Object<'_>, path: &str) -> TServer {
        self.only(object, path, keys::TSERVER);
        TServer {
            agents: self.agent_name(object, path, AgentName::LoginId),
        }
    }

    fn ccs(&mut self, object: Object<'_>, path: &str) -> Ccs {
        self.only(object, path, keys::CCS);
        let domains = object.get("domains").map(|_| {
            let mut domains = Vec::new();
            for (path, value) in self.list(object, path, "domains") {
                match value {
                    Value::Text(domain) if !domain.is_empty() => domains.push(domain.boxed()),
                    _ => self.fault(&path, "must be the name of a domain."),
                }
            }
            domains
        });
        let mut states = Vec::new();
        for (path, entry) in self.objects(object, path, "states") {
            self.only(entry, &path, keys::CCS_STATE);
            let word = self.required_text(entry, &path, "state");
            let stage = self.stage(entry, &path);
            if stage.is_none() && entry.get("stage").is_none() {
                self.fault(&join(&path, "stage"), stage_words());
            }
            if let (Some(word), Some(stage)) = (word, stage) {
                states.push((word, stage));
            }
        }
        Ccs {
            domains,
            agents: self.agent_name(object, path, AgentName::Extension),
            states,
        }
    }

    fn callgem(&mut self, object: Object<'_>, path: &str) -> CallGem {
        self.only(object, path, keys::CALLGEM);
        let text = |reading: &mut Self, key| {
            let text = reading.optional_text(object, path, key);
            text.map(Box::from)
        };
        let request = EventRequest {
            tenant: text(self, "tenant"),
            campaign: text(self, "campaign"),
            queue: text(self, "queue"),
            rate: self.number(object, path, "rate"),
            refresh: self.number(object, path, "refresh"),
            ..EventRequest::default()
        };
        self.check_request(&request, path);
        let history = self.number(object, path, "history");
        if history.is_some_and(|minutes| !(1..=60).contains(&minutes)) {
            self.fault(
                &join(path, "history"),
                "must be 1 to 60 minutes: CallGem remembers one hour.",
            );
        }
        let mut states = Vec::new();
        for (path, entry) in self.objects(object, path, "states") {
            self.only(entry, &path, keys::CALLGEM_STATE);
            let number = entry
                .get("number")
                .filter(|number| matches!(number, Value::Number(_)));
            let number = number.and_then(Value::integer);
            if number.is_none() {
                self.fault(&join(&path, "number"), "must be the state's whole number.");
            }
            let label = self.required_text(entry, &path, "label");
            let stage = self.stage(entry, &path);
            if let (Some(number), Some(label)) = (number, label) {
                states.push(StateMeaning { number, label, stage });
            }
        }
        CallGem {
            request,
            persist: self.flag(object, path, "persist"),
            history,
            agents: self.agent_name(object, path, AgentName::LoginId),
            clock: self.clock(object, path),
            states,
        }
    }

    /// CallGem's own limits, before the first request is refused for them.
    fn check_request(&mut self, template: &EventRequest, path: &str) {
        let request = EventRequest {
            transaction: "X".into(),
            ..template.clone()
        };
        let Err(RequestError::Parameter { parameter, problem }) = request.line() else {
            return;
        };
        let keys = [
            (request::TENANT_DESCRIPTOR, "tenant"),
            (request::CAMPAIGN_NAME, "campaign"),
            (request::GROUP_ADDRESS, "queue"),
            (request::RATE_CONTROL, "rate"),
            (request::TIME_WINDOW, "refresh"),
        ];
        let key = keys.iter().find(|(definition, _)| definition.name == parameter);
        let path = key.map_or_else(|| path.to_owned(), |(_, key)| join(path, key));
        self.fault(&path, format!("{problem}."));
    }

    fn clock(&mut self, object: Object<'_>, path: &str) -> LocalClock {
        let first = self.zone(object, path, "offset").unwrap_or_default();
        let mut changes = Vec::new();
        for (path, entry) in self.objects(object, path, "offsetChanges") {
            self.only(entry, &path, keys::OFFSET_CHANGE);
            let from = self.required_text(entry, &path, "from");
            let stamp = from
                .as_deref()
                .and_then(|from| time::parse(from, Zone::default()));
            let moment = stamp.and_then(Stamp::moment);
            if from.is_some() && moment.is_none() {
                self.fault(
                    &join(&path, "from"),
                    "must be a date-time like \"2026-03-29T01:00:00Z\".",
                );
            }
            let offset = self.zone(entry, &path, "offset");
            if offset.is_none() && entry.get("offset").is_none() {
                self.fault(
                    &join(&path, "offset"),
                    "is missing; write an offset like \"+02:00\".",
                );
            }
            if let (Some(moment), Some(offset)) = (moment, offset) {
                changes.push((moment, offset));
            }
        }
        LocalClock::new(first, changes)
    }

    fn agent_name(&mut self, object: Object<'_>, path: &str, default: AgentName) -> AgentName {
        self.word(object, path, "agents", &AGENT_NAMES).unwrap_or(default)
    }

    fn stage(&mut self, object: Object<'_>, path: &str) -> Option<Stage> {
        self.word(object, path, "stage", &STAGES)
    }
}

fn stage_words() -> String {
    let words: Vec<&str> = STAGES.iter().map(|(word, _)| *word).collect();
    ["is missing; write one of ", &words.join(", "), "."].concat()
}

#[cfg(test)]
mod tests {
    use super::super::{Config, parse};
    use super::*;
    use crate::domain::Moment;

    fn read(sources: &str) -> Result<(Config, Vec<String>), Vec<String>> {
        let json = format!(r#"{{"source":{{"hub":"wss://h/rte","directory":{{}},{sources}}}}}"#);
        let texts = |faults: Vec<super::super::Fault>| faults.iter().map(ToString::to_string).collect();
        match parse(json.as_bytes()) {
            Ok((config, warnings)) => Ok((config, texts(warnings))),
            Err(faults) => Err(texts(faults)),
        }
    }

    #[test]
    fn an_empty_object_is_a_source_with_every_default() {
        let (mut config, warnings) = read(r#""tserver":{},"ccs":{},"callgem":{}"#).unwrap();
        assert_eq!(warnings, [""; 0]);
        let sources = config.hubs.remove(0).sources;
        assert!(sources.rte);
        assert_eq!(
            sources.tserver.map(|tserver| tserver.agents),
            Some(AgentName::LoginId)
        );
        let ccs = sources.ccs.unwrap();
        assert_eq!(
            (ccs.agents, ccs.domains, ccs.states),
            (AgentName::Extension, None, vec![])
        );
        let callgem = sources.callgem.unwrap();
        assert_eq!(callgem.agents, AgentName::LoginId);
        assert_eq!((callgem.persist, callgem.history), (false, None));
        assert_eq!(
            read(r#""snapshot":true"#).unwrap().0.hubs[0].sources.tserver,
            None
        );
    }

    #[test]
    fn every_key_is_read() {
        let (mut config, warnings) = read(
            r#""rte":false,"tserver":{"agents":"extension"},
               "ccs":{"domains":["sales","help"],"agents":"name","states":[{"state":"ring","stage":"alerting"}]},
               "callgem":{"tenant":"Production","campaign":"Mobiles","queue":"q 1","persist":true,"rate":50,
                          "refresh":30,"history":45,"agents":"id","offset":"+02:00",
                          "offsetChanges":[{"from":"2026-03-29T01:00:00Z","offset":"+03:00"}],
                          "states":[{"number":7,"label":"Wrapping"},{"number":8,"label":"Over","stage":"ended"}]}"#,
        )
        .unwrap();
        assert_eq!(warnings, [""; 0]);
        let sources = config.hubs.remove(0).sources;
        assert!(!sources.rte);
        assert_eq!(
            sources.tserver.map(|tserver| tserver.agents),
            Some(AgentName::Extension)
        );
        let ccs = sources.ccs.unwrap();
        assert_eq!(ccs.domains, Some(vec!["sales".into(), "help".into()]));
        assert_eq!(ccs.states, [("ring".into(), Stage::Alerting)]);
        let callgem = sources.callgem.unwrap();
        assert_eq!((callgem.persist, callgem.history), (true, Some(45)));
        assert_eq!(
            (callgem.request.rate, callgem.request.refresh),
            (Some(50), Some(30))
        );
        assert_eq!(callgem.request.queue.as_deref(), Some("q 1"));
        assert_eq!(
            (callgem.states[0].stage, callgem.states[1].stage),
            (None, Some(Stage::Ended))
        );
        let summer = 1_780_000_000_000;
        assert_eq!(callgem.clock.show(Moment(summer)).0, summer + 3 * 3_600_000);
    }

    #[test]
    fn every_fault_has_its_path() {
        for (sources, path) in [
            (r#""tserver":true"#, "source.tserver:"),
            (r#""tserver":{"agents":"dn"}"#, "source.tserver.agents:"),
            (r#""ccs":{"domains":"sales"}"#, "source.ccs.domains:"),
            (r#""ccs":{"domains":[""]}"#, "source.ccs.domains[0]:"),
            (
                r#""ccs":{"states":[{"state":"x","stage":"ringing"}]}"#,
                "source.ccs.states[0].stage:",
            ),
            (
                r#""ccs":{"states":[{"state":"x"}]}"#,
                "source.ccs.states[0].stage:",
            ),
            (
                r#""ccs":{"states":[{"stage":"held"}]}"#,
                "source.ccs.states[0].state:",
            ),
            (r#""callgem":{"tenant":"no spaces"}"#, "source.callgem.tenant:"),
            (r#""callgem":{"campaign":""}"#, "source.callgem.campaign:"),
            (r#""callgem":{"rate":0}"#, "source.callgem.rate:"),
            (r#""callgem":{"refresh":1441}"#, "source.callgem.refresh:"),
            (r#""callgem":{"refresh":"often"}"#, "source.callgem.refresh:"),
            (r#""callgem":{"history":61}"#, "source.callgem.history:"),
            (r#""callgem":{"offset":"Helsinki"}"#, "source.callgem.offset:"),
            (
                r#""callgem":{"offsetChanges":[{"from":"May","offset":"+01:00"}]}"#,
                "source.callgem.offsetChanges[0].from:",
            ),
            (
                r#""callgem":{"offsetChanges":[{"from":"2026-03-29T01:00:00Z"}]}"#,
                "source.callgem.offsetChanges[0].offset:",
            ),
            (
                r#""callgem":{"states":[{"label":"x"}]}"#,
                "source.callgem.states[0].number:",
            ),
            (r#""callgem":{"states":[7]}"#, "source.callgem.states[0]:"),
            (r#""rte":false"#, "source.rte:"),
            (r#""rte":"no""#, "source.rte:"),
        ] {
            let faults = read(sources).expect_err(sources);
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert!(faults[0].starts_with(path), "{path}: {faults:?}");
        }
        let (_, warnings) =
            read(r#""callgem":{"tennant":"x"},"ccs":{"states":[{"state":"a","stage":"held","x":1}]}"#)
                .unwrap();
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        assert!(warnings[0].starts_with("source.ccs.states[0].x:"), "{warnings:?}");
        assert!(warnings[1].starts_with("source.callgem.tennant:"), "{warnings:?}");
    }
}
