//! The Arguments of an event: the fields that most events are read by, and the rest for those who need it.
//!
//! Lives here: [`Arguments`], a record of the fields in frequent use, and [`Others`], which keeps rare ones as they came.
//! May not be here: what a field means, the document's lists ([`super::events`], [`super::fields`]).
//! What no part of the desk needs is checked by its kind and not kept: decoding costs what is used.
//! Undocumented fields are counted, except where the document says that a site has its own (rule R84).

use super::fields::{self, Kind};
use crate::vendor::json::{Key, Offered, Reader, Text, Value, record};
use crate::vendor::{Oddities, Oddity};
use std::borrow::Cow;

/// Rare fields kept of one event.
const OTHERS_KEPT: usize = 200;

record! {
    /// The fields that many events are read by.
    Arguments<'a> {
        /// The agent, call or device that the event is about.
        unique_object_id: Text<'a> = "UniqueObjectID",
        /// The request it answers.
        invoke_id: i64 = "InvokeID",
        /// What is allowed; absent: as before (trap T6).
        enablement_mask: i64 = "EnablementMask",
        /// The agent's state.
        agent_state: Value<'a> = "AgentState",
        /// For how long the state has lasted, seconds (rule R74).
        state_duration: i64 = "StateDuration",
        /// Reason for the state, as the peripheral counts (rule R74).
        event_reason_code: Value<'a> = "EventReasonCode",
        /// What follows the call at hand, by the state's number; null: nothing is noted. The hub contract's addition.
        next_agent_state: Value<'a> = "NextAgentState",
        /// Its reason. The hub contract's addition.
        next_reason: i64 = "NextEventReasonCode",
        /// The sign-in id of who asked for it, if it was not the agent. The hub contract's addition.
        next_by: Text<'a> = "NextAgentStateByID",
        /// Who or what changed the state, by a word. The hub contract's addition.
        changed_by: Text<'a> = "StateChangedBy",
        /// The sign-in id of who changed it. The hub contract's addition.
        changed_by_id: Text<'a> = "StateChangedByID",
        /// What the agent signs in with.
        agent_id: Text<'a> = "AgentID",
        /// The agent's extension.
        agent_extension: Text<'a> = "AgentExtension",
        /// The agent's instrument.
        agent_instrument: Text<'a> = "AgentInstrument",
        /// The agent's first name.
        agent_first_name: Text<'a> = "AgentFirstName",
        /// The agent's last name.
        agent_last_name: Text<'a> = "AgentLastName",
        /// What a supervisor may do, told with events of monitored agents and calls (rule R80).
        supervisor_mask: i64 = "SupervisorBtnEnablementMask",
        /// The event is about a monitored agent or call (rule R82).
        monitored: Value<'a> = "CTIOS_MONITORED",
        /// Why a request failed.
        failure_code: i64 = "FailureCode",
        /// Why it failed, as the peripheral counts; 0: not said.
        peripheral_error_code: i64 = "PeripheralErrorCode",
        /// Why it failed, in words.
        error_message: Text<'a> = "ErrorMessage",
        /// The calls on the device.
        valid_calls: Value<'a> = "ValidCalls",
        /// Where the connection stands.
        call_status: Value<'a> = "CallStatus",
        /// What kind of call it is.
        call_type: i64 = "CallType",
        /// The caller's number.
        ani: Text<'a> = "ANI",
        /// The number that the network says was dialled.
        dnis: Text<'a> = "DNIS",
        /// The number that was dialled.
        dialed_number: Text<'a> = "DialedNumber",
        /// Cause of the event, as the peripheral counts.
        event_cause: i64 = "EventCause",
        /// The contact, the same in all events about it (rule R48).
        contact: Text<'a> = "ICMEnterpriseUniqueID",
        /// The service that a call is counted for (rule R75).
        service_number: Value<'a> = "ServiceNumber",
        /// The skill group that an agent or call is counted for (rule R75).
        skill_group_number: Value<'a> = "SkillGroupNumber",
        /// The skill group's number in the whole system (rule R75).
        skill_group_id: Value<'a> = "SkillGroupID",
        /// Priority of the skill group (rule R76).
        skill_group_priority: i64 = "SkillGroupPriority",
        /// What the caller keyed in.
        caller_entered_digits: Text<'a> = "CallerEnteredDigits",
        /// Wrap-up data.
        call_wrapup_data: Text<'a> = "CallWrapupData",
        /// Data from the network.
        user_to_user_info: Text<'a> = "UserToUserInfo",
        /// The customer's number.
        customer_phone_number: Text<'a> = "CustomerPhoneNumber",
        /// The customer's account.
        customer_account_number: Text<'a> = "CustomerAccountNumber",
        /// Call variable 1.
        call_variable_1: Text<'a> = "CallVariable1",
        /// Call variable 2.
        call_variable_2: Text<'a> = "CallVariable2",
        /// Call variable 3.
        call_variable_3: Text<'a> = "CallVariable3",
        /// Call variable 4.
        call_variable_4: Text<'a> = "CallVariable4",
        /// Call variable 5.
        call_variable_5: Text<'a> = "CallVariable5",
        /// Call variable 6.
        call_variable_6: Text<'a> = "CallVariable6",
        /// Call variable 7.
        call_variable_7: Text<'a> = "CallVariable7",
        /// Call variable 8.
        call_variable_8: Text<'a> = "CallVariable8",
        /// Call variable 9.
        call_variable_9: Text<'a> = "CallVariable9",
        /// Call variable 10.
        call_variable_10: Text<'a> = "CallVariable10",
        /// Expanded call context: nested Arguments.
        ecc: Value<'a> = "ECC",
    }
}

record! {
    /// Nested Arguments about a skill group.
    SkillGroupFields<'a> {
        /// Its number at the switch (rule R75).
        skill_group_number: Value<'a> = "SkillGroupNumber",
        /// Its number in the whole system (rule R75).
        skill_group_id: Value<'a> = "SkillGroupID",
        /// The agent's priority in it (rule R76).
        skill_group_priority: i64 = "SkillGroupPriority",
        /// The agent's state with respect to it.
        skill_group_state: Value<'a> = "SkillGroupState",
        /// Its name.
        skill_group_name: Text<'a> = "SkillGroupName",
    }
}

/// Which of the fields that [`Arguments`] does not have are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Keep {
    /// None: they are checked only.
    #[default]
    Nothing,
    /// The documented ones.
    Documented,
    /// All of them: a site has fields of its own there.
    Everything,
}

/// The fields of one event that [`Arguments`] does not have.
#[derive(Debug, Default)]
pub(super) struct Others<'a> {
    documented: Vec<(&'static str, Value<'a>)>,
    /// What the document does not name: members of numbered groups and a site's own fields.
    pub(super) further: Vec<(Cow<'a, str>, Value<'a>)>,
}

impl<'a> Others<'a> {
    /// The value of a documented field that is not null.
    pub(super) fn value(&self, name: &'static str) -> Option<Value<'a>> {
        debug_assert!(fields::FIELDS.iter().any(|(known, _)| *known == name), "{name}");
        let found = self.documented.iter().find(|(known, _)| *known == name)?;
        (found.1 != Value::Null).then_some(found.1)
    }

    /// Whether a documented field is there, with a value or without.
    pub(super) fn names(&self, name: &'static str) -> bool {
        self.documented.iter().any(|(known, _)| *known == name)
    }

    /// A documented field as a number.
    pub(super) fn integer(&self, name: &'static str) -> Option<i64> {
        self.value(name)?.integer()
    }

    /// A documented field as a number of things.
    pub(super) fn count(&self, name: &'static str) -> Option<u32> {
        u32::try_from(self.integer(name)?).ok()
    }

    /// A documented field that says yes with any number but 0.
    pub(super) fn flag(&self, name: &'static str) -> Option<bool> {
        self.value(name)?.flag()
    }

    /// A documented field as a text that is not empty.
    pub(super) fn text(&self, name: &'static str) -> Option<Cow<'a, str>> {
        self.some(name).map(Text::words)
    }

    /// A documented field as an id that is not empty.
    pub(super) fn id(&self, name: &'static str) -> Option<Cow<'a, str>> {
        self.some(name).map(Text::cow)
    }

    /// A documented field that is a string and not empty.
    pub(super) fn some(&self, name: &'static str) -> Option<Text<'a>> {
        self.value(name)?.text().filter(|text| !text.is_empty())
    }
}

/// Reads the Arguments that the reader is led to; answers `false` when they are no object.
pub(super) fn read<'a>(
    reader: &mut Reader<'a>,
    (event, keep): (&'static str, Keep),
    arguments: &mut Arguments<'a>,
    others: &mut Others<'a>,
    oddities: &mut Oddities,
) -> bool {
    let mut constants: Vec<(Key<'a>, Value<'a>)> = Vec::new();
    let is_object = reader.record(arguments, &mut |offered, key, value| match offered {
        Offered::Taken => {}
        Offered::Unreadable => oddities.count(Oddity::UnreadableField, event, &key.name),
        Offered::Unknown => match fields::find(key) {
            Some(field) => others.take(field, value, event, keep, oddities),
            None => match fields::unprefixed(key) {
                Some(plain) if constants.len() < OTHERS_KEPT => constants.push((plain, value)),
                _ => others.take_further(key, value, event, keep, oddities),
            },
        },
    });
    // Fields under the names of their parameters' constants, as the table of minimised events has them.
    for (key, value) in constants {
        match (
            crate::vendor::json::offer(arguments, &key, value),
            fields::find(&key),
        ) {
            (Offered::Taken, _) => {}
            (Offered::Unreadable, _) => oddities.count(Oddity::UnreadableField, event, &key.name),
            (Offered::Unknown, Some(field)) => others.take(field, value, event, keep, oddities),
            (Offered::Unknown, None) => others.take_further(&key, value, event, keep, oddities),
        }
    }
    is_object
}

impl<'a> Others<'a> {
    fn take(
        &mut self,
        (name, kind): (&'static str, Kind),
        value: Value<'a>,
        event: &'static str,
        keep: Keep,
        oddities: &mut Oddities,
    ) {
        if !kind.suits(value) {
            oddities.count(Oddity::UnreadableField, event, name);
        } else if keep != Keep::Nothing && self.documented.len() < OTHERS_KEPT {
            self.documented.push((name, value));
        }
    }

    fn take_further(
        &mut self,
        key: &Key<'a>,
        value: Value<'a>,
        event: &'static str,
        keep: Keep,
        oddities: &mut Oddities,
    ) {
        let is_group = fields::is_group(&key.name);
        if keep == Keep::Everything || (is_group && keep == Keep::Documented) {
            if self.further.len() < OTHERS_KEPT {
                self.further.push((key.name.clone(), value));
            }
        } else if !is_group {
            oddities.count(Oddity::UnknownField, event, &key.name);
        }
    }
}
