//! Names and ids of everything a desk shows, as one document.
//!
//! Lives here: the directory's shape on the wire and the look-up of agents by what they call themselves.
//! May not be here: any state; what is in the directory does not change while the hub runs.
//! The RTE itself tells ids only (decision D4); a real site serves such a document from its own portal.
//! Field names are part of the hub contract.

use serde::Serialize;

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DirectoryAgent {
    /// GUID: the RTE's user id, and the subject of the agent's token.
    pub id: String,
    /// First and last name.
    pub name: String,
    /// What the agent signs in with.
    pub agent_id: String,
    /// The telephone on the agent's desk.
    pub extension: String,
    /// The team that the agent is in when the hub starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Whether the agent leads that team.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub supervisor: bool,
}

/// A queue or a call list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DirectoryEntry {
    /// GUID.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A reason for not being ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DirectoryReason {
    /// The number that commands and events carry.
    pub code: u16,
    /// What people call it.
    pub label: String,
}

/// The whole directory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Directory {
    /// Agents, in order of their ids.
    pub agents: Vec<DirectoryAgent>,
    /// Queues.
    pub queues: Vec<DirectoryEntry>,
    /// Lists of callbacks.
    pub call_lists: Vec<DirectoryEntry>,
    /// Working domains of ccsevents.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// Reasons that a person may choose from.
    pub not_ready_reasons: Vec<DirectoryReason>,
    /// What a call can be filed under, as `CallWrapupData`.
    pub wrap_up_reasons: Vec<String>,
}

impl Directory {
    /// The first queue by name: the one that a desk shows at the top.
    pub fn first_queue(&self) -> Option<&DirectoryEntry> {
        self.queues.iter().min_by_key(|queue| &queue.name)
    }

    /// The agent who signs in with `login`.
    pub fn agent_by_login(&self, login: &str) -> Option<&DirectoryAgent> {
        self.agents.iter().find(|agent| agent.agent_id == login)
    }

    /// The agent with this GUID.
    pub fn agent_by_id(&self, id: &str) -> Option<&DirectoryAgent> {
        self.agents.iter().find(|agent| agent.id == id)
    }
}
