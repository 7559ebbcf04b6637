//! Every key of `config.json`, by the object in which it stands.
//!
//! Lives here: the names, once; the reader warns of what is not among them.
//! May not be here: what a key means (its reader) and what is said of it to people (the schema and docs).
//! A test holds this table, `public/config.schema.json` and `docs/configuration.md` to each other.

pub(super) const SITE: &[&str] = &[
    "$schema",
    "source",
    "sources",
    "zonelessTimes",
    "longestWait",
    "layout",
    "roles",
    "theme",
    "languages",
    "thresholds",
    "embed",
    "screenPop",
];

pub(super) const HUB: &[&str] = &[
    "name",
    "token",
    "hub",
    "protocol",
    "directory",
    "snapshot",
    "telephony",
    "queueNameVariable",
    "rte",
    "tserver",
    "ccs",
    "callgem",
];

pub(super) const TOKEN: &[&str] = &["url", "identify", "password"];

pub(super) const DIRECTORY: &[&str] = &[
    "url",
    "agents",
    "queues",
    "callLists",
    "notReadyReasons",
    "wrapUpReasons",
    "queueGroups",
    "domains",
];

pub(super) const TSERVER: &[&str] = &["agents"];

pub(super) const CCS: &[&str] = &["domains", "agents", "states"];

pub(super) const CCS_STATE: &[&str] = &["state", "stage"];

pub(super) const CALLGEM: &[&str] = &[
    "tenant",
    "campaign",
    "queue",
    "persist",
    "rate",
    "refresh",
    "history",
    "agents",
    "offset",
    "offsetChanges",
    "states",
];

pub(super) const CALLGEM_STATE: &[&str] = &["number", "label", "stage"];

pub(super) const OFFSET_CHANGE: &[&str] = &["from", "offset"];

pub(super) const ROLES: &[&str] = &["agent", "teamLead"];

pub(super) const ROLE: &[&str] = &["layout"];

pub(super) const THRESHOLDS: &[&str] = &["waiting", "longestWait", "talking", "wrapUp", "notReady"];

pub(super) const THRESHOLD: &[&str] = &["warning", "critical"];

pub(super) const EMBED: &[&str] = &["allowedOrigins", "allowCommands", "topics"];

pub(super) const SCREEN_POP: &[&str] = &["templates"];

pub(super) const TEMPLATE: &[&str] = &["name", "url", "on", "open"];

/// All of them, by the names that the schema has for the objects.
pub const KEYS: [(&str, &[&str]); 17] = [
    ("site", SITE),
    ("hub", HUB),
    ("token", TOKEN),
    ("directory", DIRECTORY),
    ("tserver", TSERVER),
    ("ccs", CCS),
    ("ccsState", CCS_STATE),
    ("callgem", CALLGEM),
    ("callgemState", CALLGEM_STATE),
    ("offsetChange", OFFSET_CHANGE),
    ("roles", ROLES),
    ("role", ROLE),
    ("thresholds", THRESHOLDS),
    ("threshold", THRESHOLD),
    ("embed", EMBED),
    ("screenPop", SCREEN_POP),
    ("template", TEMPLATE),
];
