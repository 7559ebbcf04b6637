//! What the site demands of a desk, and what it tells a desk about itself.
//!
//! Lives here: desk settings and global settings, with every documented key. May not live here: anything
//! that depends on an agent's state. Columns of statistics are declared in `figures`, expanded call
//! context in the centre, the pair of servers in `link`: what is told here and what is done there are one.

use serde_json::{Map, Value, json};

use super::super::json::Writer;
use super::link::{HEARTBEAT, MAX_HEARTBEATS, SERVERS};
use super::numbers::PERIPHERAL;
use super::{CtiEvent, InvokeId, figures, listening};
use crate::centre::{AgentId, Centre, DECLARED, FIGURES_INTERVAL, Filing, RING_LIMIT};

/// `DeskSettingsMask`: available after an incoming call (0x1); calls for help (0x20), to agents (0x40), abroad (0x80), to
/// the public network (0x100), over the PBX (0x800) and outside the queues (0x1000) are allowed. No
/// reason is required for going not ready or signing out.
const DESK_SETTINGS: u32 = 0x0000_19E1;

/// The answer to `QueryAgentDeskSettings`: what this centre demands of and allows to a desk.
pub fn desk_settings(centre: &Centre, agent: AgentId, invoke: InvokeId) -> CtiEvent {
    let work_mode_timer = centre
        .agent(agent)
        .and_then(|found| centre.queue(*found.skills.first()?))
        .map_or(60, |queue| queue.wrap_up_limit.as_secs());
    let mut writer = Writer::object();
    writer.plain("InvokeID", invoke.0);
    writer.plain("PeripheralID", PERIPHERAL);
    writer.plain("DeskSettingsMask", DESK_SETTINGS);
    let filing = match centre.agent(agent).map_or(Filing::Optional, |found| found.filing) {
        Filing::Required => 0,
        Filing::Optional => 1,
        Filing::NotAllowed => 2,
    };
    writer.plain("WrapupDataIncomingMode", filing);
    writer.plain("WrapupDataOutgoingMode", filing);
    writer.plain("LogoutNonActivityTime", 0);
    writer.plain("QualityRecordingRate", 0);
    writer.plain("RingNoAnswerTime", RING_LIMIT.as_secs());
    writer.plain("SilentMonitorWarningMessage", 0);
    writer.plain("SilentMonitorAudibleIndication", 0);
    writer.plain("SupervisorAssistCallMethod", 0);
    writer.plain("EmergencyCallMethod", 0);
    writer.plain("AutoRecordOnEmergency", 0);
    writer.plain("RecordingMode", 0);
    writer.plain("WorkModeTimer", work_mode_timer);
    writer.plain("RingNoAnswerDN", 0);
    CtiEvent {
        name: "OnAgentDeskSettingsConf",
        arguments: writer.finish().into(),
    }
}

/// The answer to `RequestDesktopSettings`: the tree of settings that every desk shares.
pub fn global_settings(invoke: InvokeId) -> CtiEvent {
    let [server_a, server_b] = SERVERS;
    let mut context = Map::new();
    for declared in &DECLARED {
        match declared.elements {
            None => {
                context.insert(declared.name.to_owned(), json!({}));
            }
            Some(elements) => context
                .extend((0..elements).map(|element| (format!("{}[{element}]", declared.name), json!({})))),
        }
    }
    let settings = json!({
        "InvokeID": invoke.0,
        "ECC": context,
        "Grid": {
            "SkillGroupStatistics": { "columns": columns(&figures::QUEUE_COLUMNS) },
            "AgentStatistics": { "columns": columns(&figures::AGENT_COLUMNS) },
            "CallAppearance": { "columns": call_columns() },
        },
        "IPCCSilentMonitor": {
            "settings": {
                "MediaTerminationPort": 4000,
                "HeartBeatInterval": listening::HEARTBEAT.as_secs(),
                "TOS": false,
                "MonitoringIPPort": listening::DEFAULT_PORT,
                "HeartbeatTimeout": listening::TIMEOUT.as_secs(),
                // Silent monitoring is CTI OS' own: both sides take part in it (R86).
                "CCMBasedSilentMonitor": false,
            },
        },
        "Login": {
            "ConnectionProfiles": {
                "Contact centre": {
                    "CtiOsA": server_a.host,
                    "CtiOsB": server_b.host,
                    "PortA": server_a.port,
                    "PortB": server_b.port,
                    "Heartbeat": HEARTBEAT.as_secs(),
                    "MaxHeartbeats": MAX_HEARTBEATS,
                    "AutoLogin": false,
                    "WarnIfAlreadyLoggedIn": true,
                    "ShowFieldBitMask": 0x3F,
                    "RejectIfAlreadyLoggedIn": false,
                    "PeripheralID": PERIPHERAL,
                    "IPCCSilentMonitorEnabled": true,
                    "TOS": false,
                    "SwitchCapabilityBitMask": 0,
                    "WarnIfSilentMonitored": true,
                },
            },
        },
        "ScreenPreferences": {
            "MainScreen": {
                "AgentStatisticsIntervalSec": FIGURES_INTERVAL.as_secs(),
                "BringToFrontOnCall": true,
                "FlashOnCall": true,
                "RecordingEnabled": true,
            },
        },
        "SoundPreferences": {
            "DTMF": { "Mute": false },
            "DialTone": { "Mute": true },
            "OriginatingTone": { "Mute": true },
            "RingInTone": { "Mute": false },
            "All": { "Mute": false },
        },
    });
    CtiEvent {
        name: "OnGlobalSettingsDownloadConf",
        arguments: settings.to_string().into(),
    }
}

fn columns<T>(columns: &[figures::Column<T>]) -> Value {
    let numbered = (1..).zip(columns).map(|(number, column): (u32, _)| {
        let told = json!({ "Type": column.name, "Header": column.header });
        (number.to_string(), told)
    });
    Value::Object(numbered.collect())
}

/// What a desk shows of a call, and what of it can be changed there.
fn call_columns() -> Value {
    let columns = [
        ("CallID", "Call", false, 0),
        ("CallStatus", "Status", false, 0),
        ("DNIS", "Called", false, 0),
        ("ANI", "Caller", false, 0),
        ("CallVariable1", "Queue", false, 40),
        ("CallVariable2", "Callback", true, 40),
        ("user.customer", "Customer", true, 20),
        ("CallWrapupData", "Wrap-up", true, 40),
    ];
    let numbered = (1..)
        .zip(columns)
        .map(|(number, (kind, header, is_editable, length)): (u32, _)| {
            let told = json!({ "Type": kind, "Header": header, "editable": is_editable, "maxchars": length });
            (number.to_string(), told)
        });
    Value::Object(numbered.collect())
}
