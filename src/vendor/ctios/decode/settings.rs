//! Settings: those of the agent's desk, and the tree of those for all desks.
//!
//! Lives here: the documented keys of each level of the tree, and their reading in the domain's words.
//! May not be here: a default for what is not set; the server knows it and does not tell.
//! A key that the document does not have is a site's own: it is kept by its path, not counted as odd.
//! Lists are bounded here already, so that no server's tree grows the desk.

use super::{Reader, Teller, Value};
use crate::domain::settings::{
    CallData, DeskSettings, ENTRIES_KEPT, Grid, GridColumn, GridKind, Profile, Screen, SilentMonitorSettings,
    SiteSettings, Sound,
};
use crate::domain::telephony::TelephonyNews;
use crate::domain::{Event, Moment};
use crate::vendor::ctios::fields::is_call_data;
use crate::vendor::ctios::mask;
use crate::vendor::ctios::state::{WRAP_UP_INCOMING, WRAP_UP_OUTGOING, look_up};
use crate::vendor::{Oddities, Oddity};
use std::borrow::Cow;

/// The subjects: the keys of the topmost level.
pub const SUBJECTS: [&str; 6] = [
    "ECC",
    "Grid",
    "IPCCSilentMonitor",
    "Login",
    "ScreenPreferences",
    "SoundPreferences",
];
/// The grids that are documented.
pub const GRIDS: [&str; 3] = ["SkillGroupStatistics", "AgentStatistics", "CallAppearance"];
/// The keys of a grid's column.
pub const COLUMN: [&str; 4] = ["Type", "Header", "editable", "maxchars"];
/// The keys of listening in.
pub const LISTENING: [&str; 6] = [
    "MediaTerminationPort",
    "HeartBeatInterval",
    "TOS",
    "MonitoringIPPort",
    "HeartbeatTimeout",
    "CCMBasedSilentMonitor",
];
/// The keys of a connection profile.
pub const PROFILE: [&str; 16] = [
    "CtiOsA",
    "CtiOsB",
    "PortA",
    "PortB",
    "Heartbeat",
    "MaxHeartbeats",
    "AutoLogin",
    "WarnIfAlreadyLoggedIn",
    "ShowFieldBitMask",
    "RejectIfAlreadyLoggedIn",
    "PeripheralID",
    "IPCCSilentMonitorEnabled",
    "TOS",
    "SwitchCapabilityBitMask",
    "WarnIfSilentMonitored",
    "RasCallMode",
];
/// The keys of what the desk does by itself.
pub const SCREEN: [&str; 4] = [
    "AgentStatisticsIntervalSec",
    "BringToFrontOnCall",
    "FlashOnCall",
    "RecordingEnabled",
];
/// The sounds that are documented.
pub const SOUNDS: [&str; 5] = ["DTMF", "DialTone", "OriginatingTone", "RingInTone", "All"];
/// The key of a sound.
pub const SOUND: [&str; 1] = ["Mute"];

/// Bytes kept of a value that a site has added.
const CUSTOM_LENGTH: usize = 1_000;

impl<S: FnMut(Option<Moment>, Event<'_>)> Teller<'_, '_, S> {
    pub(super) fn desk_settings(&mut self) {
        let others = self.others;
        let Some(mask) = others.integer("DeskSettingsMask") else {
            // An answer without settings is an answer all the same.
            return;
        };
        let settings = DeskSettings {
            rules: mask::read_desk(mask),
            wrap_up_incoming: others
                .value("WrapupDataIncomingMode")
                .and_then(|mode| look_up(&WRAP_UP_INCOMING, mode)),
            wrap_up_outgoing: others
                .value("WrapupDataOutgoingMode")
                .and_then(|mode| look_up(&WRAP_UP_OUTGOING, mode)),
            idle_limit: others.integer("LogoutNonActivityTime"),
            ring_limit: others.integer("RingNoAnswerTime"),
            unanswered_to: others.integer("RingNoAnswerDN"),
            wrap_up_limit: others.integer("WorkModeTimer"),
            recording_rate: others.integer("QualityRecordingRate"),
            warns_if_monitored: others.flag("SilentMonitorWarningMessage"),
            clicks_if_monitored: others.flag("SilentMonitorAudibleIndication"),
            assist_joins_at_once: others.flag("SupervisorAssistCallMethod"),
            emergency_joins_at_once: others.flag("EmergencyCallMethod"),
            records_emergencies: others.flag("AutoRecordOnEmergency"),
            records_by_phone_system: others.flag("RecordingMode"),
        };
        self.tell_telephony(TelephonyNews::Desk(Box::new(settings)));
    }

    pub(super) fn global_settings(&mut self) {
        let mut tree = Tree {
            settings: SiteSettings::default(),
            event: self.event.name(),
            oddities: self.oddities,
        };
        if let Some(value) = self.fields.ecc.value() {
            tree.call_data(value);
        }
        for (name, value) in &self.others.further {
            tree.subject(name, *value);
        }
        let settings = Box::new(tree.settings);
        self.tell_telephony(TelephonyNews::Site(settings));
    }
}

/// Reads the tree of settings, level by level.
struct Tree<'t> {
    settings: SiteSettings,
    event: &'static str,
    oddities: &'t mut Oddities,
}

impl Tree<'_> {
    fn subject(&mut self, name: &str, value: Value<'_>) {
        let subject = SUBJECTS
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(name));
        match subject {
            Some("ECC") => self.call_data(value),
            Some("Grid") => each(value, |name, value| self.grid(name, value)),
            Some("Login") => each(value, |name, value| {
                if name.eq_ignore_ascii_case("ConnectionProfiles") {
                    each(value, |name, value| self.profile(name, value));
                } else {
                    self.custom("Login", name, value);
                }
            }),
            Some("IPCCSilentMonitor") => each(value, |name, value| {
                if name.eq_ignore_ascii_case("settings") {
                    self.listening(value);
                } else {
                    self.custom("IPCCSilentMonitor", name, value);
                }
            }),
            Some("ScreenPreferences") => each(value, |name, value| {
                if name.eq_ignore_ascii_case("MainScreen") {
                    self.screen(value);
                } else {
                    self.custom("ScreenPreferences", name, value);
                }
            }),
            Some(_) => each(value, |name, value| self.sound(name, value)),
            None => self.custom("", name, value),
        }
    }

    /// Declared call data: `user.name`, or `user.name[0]` to `user.name[n-1]` for a list of n.
    fn call_data(&mut self, value: Value<'_>) {
        let declared = &mut self.settings.call_data;
        each(value, |name, _| {
            let (name, place) = match name.split_once('[') {
                Some((name, place)) => (
                    name,
                    place
                        .strip_suffix(']')
                        .and_then(|place| place.parse::<u32>().ok()),
                ),
                None => (name, None),
            };
            let size = place.map(|place| place.saturating_add(1));
            let has_room = declared.len() < ENTRIES_KEPT;
            match declared.iter_mut().find(|known| *known.name == *name) {
                Some(known) => known.size = known.size.max(size),
                None if has_room => declared.push(CallData {
                    name: name.into(),
                    size,
                }),
                None => {}
            }
        });
    }

    fn grid(&mut self, name: &str, value: Value<'_>) {
        let known = GRIDS.into_iter().find(|known| known.eq_ignore_ascii_case(name));
        let kind = match known {
            Some("SkillGroupStatistics") => GridKind::SkillGroup,
            Some("AgentStatistics") => GridKind::Agent,
            Some(_) => GridKind::Calls,
            None => GridKind::Other(name.into()),
        };
        let mut columns = Vec::new();
        each(value, |key, value| {
            if key.eq_ignore_ascii_case("columns") {
                each(value, |number, value| {
                    let mut level =
                        self.level(value, &COLUMN, &["Grid/", name, "/columns/", number].concat());
                    if columns.len() < ENTRIES_KEPT {
                        columns.push(GridColumn {
                            number: number.into(),
                            figure: level.text("Type"),
                            heading: level.text("Header"),
                            editable: level.flag("editable"),
                            most_letters: level.count("maxchars"),
                        });
                    }
                });
            } else {
                self.custom(&["Grid/", name].concat(), key, value);
            }
        });
        if kind == GridKind::Calls {
            let editable = columns.iter().filter(|column| column.editable == Some(true));
            let names = editable.filter_map(|column| column.figure.clone());
            self.settings.changeable = names.filter(|name| is_call_data(name)).collect();
        }
        if self.settings.grids.len() < ENTRIES_KEPT {
            self.settings.grids.push(Grid { kind, columns });
        }
    }

    fn profile(&mut self, name: &str, value: Value<'_>) {
        let mut level = self.level(value, &PROFILE, &["Login/ConnectionProfiles/", name].concat());
        let profile = Profile {
            name: name.into(),
            server_a: level.text("CtiOsA"),
            server_b: level.text("CtiOsB"),
            port_a: level.count("PortA"),
            port_b: level.count("PortB"),
            heartbeat: level.integer("Heartbeat"),
            misses_allowed: level.count("MaxHeartbeats"),
            signs_in: level.flag("AutoLogin"),
            warns_if_signed_in: level.flag("WarnIfAlreadyLoggedIn"),
            refuses_if_signed_in: level.flag("RejectIfAlreadyLoggedIn"),
            silent_monitor: level.flag("IPCCSilentMonitorEnabled"),
            warns_if_monitored: level.flag("WarnIfSilentMonitored"),
            marked_urgent: level.flag("TOS"),
            switch: level.integer("PeripheralID"),
            fields_shown: level.integer("ShowFieldBitMask"),
            switch_abilities: level.integer("SwitchCapabilityBitMask"),
            remote_agents: level.integer("RasCallMode"),
        };
        if self.settings.profiles.len() < ENTRIES_KEPT {
            self.settings.profiles.push(profile);
        }
    }

    fn listening(&mut self, value: Value<'_>) {
        let mut level = self.level(value, &LISTENING, "IPCCSilentMonitor/settings");
        let listening = SilentMonitorSettings {
            by_phone_system: level.flag("CCMBasedSilentMonitor"),
            media_port: level.count("MediaTerminationPort"),
            port: level.count("MonitoringIPPort"),
            heartbeat: level.integer("HeartBeatInterval"),
            patience: level.integer("HeartbeatTimeout"),
            marked_urgent: level.flag("TOS"),
        };
        self.settings.silent_monitor = listening;
    }

    fn screen(&mut self, value: Value<'_>) {
        let mut level = self.level(value, &SCREEN, "ScreenPreferences/MainScreen");
        let screen = Screen {
            statistics_every: level.integer("AgentStatisticsIntervalSec"),
            comes_to_front: level.flag("BringToFrontOnCall"),
            flashes: level.flag("FlashOnCall"),
            records: level.flag("RecordingEnabled"),
        };
        self.settings.screen = screen;
    }

    fn sound(&mut self, name: &str, value: Value<'_>) {
        let known = SOUNDS.into_iter().find(|known| known.eq_ignore_ascii_case(name));
        let sound = match known {
            Some("DTMF") => Sound::Keys,
            Some("DialTone") => Sound::DialTone,
            Some("OriginatingTone") => Sound::Dialling,
            Some("RingInTone") => Sound::Ringing,
            Some(_) => Sound::All,
            None => Sound::Other(name.into()),
        };
        let mut level = self.level(value, &SOUND, &["SoundPreferences/", name].concat());
        let mute = level.flag("Mute");
        if self.settings.sounds.len() < ENTRIES_KEPT {
            self.settings.sounds.push((sound, mute));
        }
    }

    /// Reads a lowest level: its documented keys for look-ups, all others as the site's own.
    fn level<'a, 's>(
        &'s mut self,
        value: Value<'a>,
        keys: &'static [&'static str],
        path: &str,
    ) -> Level<'a, 's> {
        let mut entries = Vec::new();
        each(value, |name, value| {
            match keys.iter().find(|known| known.eq_ignore_ascii_case(name)) {
                Some(known) if entries.len() < keys.len() => entries.push((*known, value)),
                Some(_) => {}
                None => self.custom(path, name, value),
            }
        });
        Level {
            entries,
            event: self.event,
            oddities: self.oddities,
        }
    }

    fn custom(&mut self, path: &str, name: &str, value: Value<'_>) {
        let value = value.written();
        let path: Cow<'_, str> = match path {
            "" => Cow::Borrowed(name),
            path => Cow::Owned([path, "/", name].concat()),
        };
        if self.settings.custom.len() < ENTRIES_KEPT && value.len() <= CUSTOM_LENGTH {
            self.settings
                .custom
                .push((path.as_ref().into(), value.as_ref().into()));
        }
    }
}

/// The documented keys of one lowest level.
struct Level<'a, 's> {
    entries: Vec<(&'static str, Value<'a>)>,
    event: &'static str,
    oddities: &'s mut Oddities,
}

impl<'a> Level<'a, '_> {
    /// Reads a key's value; one that cannot be read so is counted, and stays unknown.
    fn read<T>(&mut self, name: &'static str, read: impl FnOnce(Value<'a>) -> Option<T>) -> Option<T> {
        let (_, value) = self.entries.iter().find(|(known, _)| *known == name)?;
        if *value == Value::Null {
            return None;
        }
        let value = read(*value);
        if value.is_none() {
            self.oddities.count(Oddity::UnreadableField, self.event, name);
        }
        value
    }

    fn text(&mut self, name: &'static str) -> Option<Box<str>> {
        self.read(name, |value| Some(value.text()?.words().into()))
    }

    fn integer(&mut self, name: &'static str) -> Option<i64> {
        self.read(name, Value::integer)
    }

    fn count(&mut self, name: &'static str) -> Option<u32> {
        self.read(name, |value| u32::try_from(value.integer()?).ok())
    }

    fn flag(&mut self, name: &'static str) -> Option<bool> {
        self.read(name, Value::flag)
    }
}

/// Calls `entry` for every entry of nested Arguments; anything else has none.
fn each<'a>(value: Value<'a>, mut entry: impl FnMut(&str, Value<'a>)) {
    if let Value::Object(json) = value {
        let mut reader = Reader::new(json);
        reader.enter_object();
        while let Some(key) = reader.key() {
            let value = reader.value();
            entry(&key.name, value);
        }
    }
}
