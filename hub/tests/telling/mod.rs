//! The simulated centre told to one desk, in the vocabularies that the desk listens to, as calls of client methods.
//!
//! Lives here: what the hub does between the tellers and the wire, without sockets; shared by recordings and properties.

#![allow(dead_code, reason = "each test uses a part of it")]

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use switchhook::vendor::callgem::LocalClock;
use switchhook_hub::centre::{AgentId, Centre, Entity, Happening, Moment};
use switchhook_hub::tell::{callgem, ccs, ctios, rte, tserver};

/// A vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Vocabulary {
    Rte,
    Ctios,
    TServer,
    Ccs,
    CallGem,
}

impl Vocabulary {
    /// Every vocabulary.
    pub(crate) const ALL: [Vocabulary; 5] = [
        Vocabulary::Rte,
        Vocabulary::Ctios,
        Vocabulary::TServer,
        Vocabulary::Ccs,
        Vocabulary::CallGem,
    ];

    /// What people call it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Vocabulary::Rte => "Enreach RTE",
            Vocabulary::Ctios => "Cisco CTI OS",
            Vocabulary::TServer => "Genesys T-Server",
            Vocabulary::Ccs => "ccsevents",
            Vocabulary::CallGem => "Sytel CallGem",
        }
    }
}

/// One call of a client method.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) at: Moment,
    pub(crate) vocabulary: Vocabulary,
    /// Whose desk hears it; `None` for what every desk hears.
    pub(crate) to: Option<AgentId>,
    pub(crate) target: &'static str,
    pub(crate) arguments: Arc<str>,
}

/// The tellers that remember something, and the words that they find.
pub(crate) struct Voices {
    ccs: ccs::Ccs,
    every_domain: ccs::Domains,
    sessions: callgem::Sessions,
    clock: LocalClock,
}

impl Voices {
    pub(crate) fn new(centre: &Centre) -> Self {
        let ccs = ccs::Ccs::new(centre);
        let every_domain = (0..ccs.domains().len())
            .map(ccs::Domains::one)
            .fold(ccs::Domains::default(), ccs::Domains::with);
        Self {
            ccs,
            every_domain,
            sessions: callgem::Sessions::default(),
            clock: LocalClock::default(),
        }
    }

    /// The head of a transcript of an agent's desk.
    pub(crate) fn head(centre: &Centre, agent: AgentId) -> Value {
        let named = |guid: String, name: &str| json!({"id": guid, "name": name});
        let agents = centre.agents().iter().map(|agent| {
            json!({"id": agent.guid.to_string(), "name": agent.name, "agentId": agent.login,
                "extension": agent.extension})
        });
        let queues = centre.queues().iter();
        let lists = centre.call_lists().iter();
        json!({
            "me": centre.agent(agent).map(|agent| agent.guid.to_string()),
            "directory": {
                "agents": agents.collect::<Vec<_>>(),
                "queues": queues.map(|queue| named(queue.guid.to_string(), &queue.name)).collect::<Vec<_>>(),
                "callLists": lists.map(|list| named(list.guid.to_string(), &list.name)).collect::<Vec<_>>(),
            },
            "queueNameVariable": 1,
            "ccs": {
                "states": ccs::STATES.map(|(state, stage)| json!({"state": state, "stage": stage})),
            },
            "callgem": {
                "states": callgem::State::ALL
                    .iter()
                    .map(|(state, label, stage)| {
                        json!({"number": state.number(), "label": label, "stage": stage})
                    })
                    .collect::<Vec<_>>(),
            },
        })
    }

    /// The working domain of each agent, by extension.
    pub(crate) fn domains(&self, centre: &Centre) -> BTreeMap<String, String> {
        let domain = |agent| self.ccs.domains()[self.ccs.domain_of(agent)].clone();
        let agents = centre.agents().iter();
        agents
            .map(|agent| (agent.extension.clone(), domain(agent)))
            .collect()
    }

    /// What there is now, in the words of ccsevents: what a page hears that subscribes.
    pub(crate) fn ccs_picture(&mut self, centre: &Centre) -> Vec<String> {
        let mut events = Vec::new();
        self.ccs.picture(centre, self.every_domain, &mut events);
        let copies = events.iter().flat_map(|event| {
            let places = event.domains.places();
            places.map(|place| format!("[{}]", event.bound_to(&self.ccs.domains()[place])))
        });
        copies.collect()
    }

    /// What there is now, in the words of CallGem: what a page hears of that asks anew.
    pub(crate) fn callgem_present(&self, centre: &Centre) -> Vec<String> {
        let present = self.sessions.present();
        present
            .map(|change| self.callgem_arguments(centre, change))
            .collect()
    }

    fn callgem_arguments(&self, centre: &Centre, change: &callgem::Change) -> String {
        let rest = callgem::rest_of_line(centre, change, &self.clock);
        json!([callgem::line("DESK1", None, &rest)]).to_string()
    }

    /// What is said of a happening, in every vocabulary that has words for it.
    pub(crate) fn say(&mut self, centre: &Centre, happening: &Happening, said: &mut Vec<Said>) {
        let at = happening.at;
        let mut say = |vocabulary, to, target, arguments: String| {
            said.push(Said {
                at,
                vocabulary,
                to,
                target,
                arguments: arguments.into(),
            });
        };
        let mut events = Vec::new();
        rte::tell(centre, happening, &mut events);
        for event in &events {
            say(
                Vocabulary::Rte,
                hearer(event),
                "MessageReceived",
                rte_arguments(event),
            );
        }
        let mut events = Vec::new();
        ctios::tell(centre, happening, &mut events);
        for event in &events {
            let to = happening.what.agent();
            say(Vocabulary::Ctios, to, "CtiEvent", cti_arguments(event));
        }
        let mut events = Vec::new();
        tserver::tell(centre, happening, "ts-1", &mut events);
        for event in &events {
            let to = Some(event.agent);
            say(
                Vocabulary::TServer,
                to,
                "TServerEvent",
                format!("[{}]", event.object),
            );
        }
        let mut events = Vec::new();
        self.ccs.hear(centre, happening, self.every_domain, &mut events);
        for event in &events {
            for place in event.domains.places() {
                let copy = event.bound_to(&self.ccs.domains()[place]);
                say(Vocabulary::Ccs, None, "CcsEvent", format!("[{copy}]"));
            }
        }
        if let Some(change) = self.sessions.hear(happening) {
            let arguments = self.callgem_arguments(centre, &change);
            say(Vocabulary::CallGem, None, "CallGem", arguments);
        }
    }
}

/// Whose desk subscribes to an event: states of agents, queues and call lists are everybody's.
fn hearer(event: &rte::RteEvent) -> Option<AgentId> {
    match event.entity {
        Entity::Agent(agent) if !matches!(event.name, "UserStatus" | "UserAvailability") => Some(agent),
        _ => None,
    }
}

/// The arguments of `MessageReceived`.
pub(crate) fn rte_arguments(event: &rte::RteEvent) -> String {
    let subscription = json!({"eventType": event.name, "entityId": event.entity_id.to_string()});
    format!(r#"[{{"subscription":{subscription},"data":{}}}]"#, event.data)
}

/// The arguments of `CtiEvent`.
pub(crate) fn cti_arguments(event: &ctios::CtiEvent) -> String {
    format!(r#"["{}",{}]"#, event.name, event.arguments)
}

/// The present state in RTE's words, as the hub tells it to a desk that subscribes (decision D4).
pub(crate) fn rte_snapshot(centre: &Centre) -> Vec<String> {
    let agents = centre
        .agents()
        .iter()
        .flat_map(|agent| ["UserStatus", "UserAvailability"].map(|name| (agent.guid, name)));
    let queues = centre.queues().iter().map(|queue| (queue.guid, "QueueStatus"));
    let lists = centre
        .call_lists()
        .iter()
        .map(|list| (list.guid, "CallbackChanged"));
    agents
        .chain(queues)
        .chain(lists)
        .flat_map(|(guid, name)| rte::snapshot(centre, guid, name))
        .map(|event| rte_arguments(&event))
        .collect()
}
