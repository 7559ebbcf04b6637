//! Masks on the wire: the agent's, the supervisor's, and the desk settings', with the domain's words for their bits.
//!
//! Lives here: the bits by their documented names and the reading of a mask in whatever form it comes.
//! May not be here: which mask decides about what (decision D1 is the domain's).
//! A mask is a signed 32-bit number that may come unsigned or as text (trap T2); bits without a name are ignored.
//! `DISABLE_ALL` is a bit; `DISABLE_READY` and its like are masks to AND with and never come over the wire (trap T3).

use crate::domain::control::{Control, Controls, EnablementMask, SupervisorControl, SupervisorMask};
use crate::domain::settings::{DeskRule, DeskRules};

/// `DISABLE_ALL`: nothing is allowed, whatever else the mask names.
pub const DISABLE_ALL: u32 = 0x0040_0000;

/// The other documented bits: value, name, control.
pub const BITS: [(u32, &str, Control); 30] = [
    (0x0000_0001, "ENABLE_ANSWER", Control::Answer),
    (0x0000_0002, "ENABLE_RELEASE", Control::Release),
    (0x0000_0004, "ENABLE_HOLD", Control::Hold),
    (0x0000_0008, "ENABLE_RETRIEVE", Control::Retrieve),
    (0x0000_0010, "ENABLE_MAKECALL", Control::MakeCall),
    (0x0000_0020, "ENABLE_TRANSFER_INIT", Control::TransferInit),
    (0x0000_0040, "ENABLE_TRANSFER_COMPLETE", Control::TransferComplete),
    (
        0x0000_0080,
        "ENABLE_SINGLE_STEP_TRANSFER",
        Control::SingleStepTransfer,
    ),
    (0x0000_0100, "ENABLE_CONFERENCE_INIT", Control::ConferenceInit),
    (
        0x0000_0200,
        "ENABLE_CONFERENCE_COMPLETE",
        Control::ConferenceComplete,
    ),
    (
        0x0000_0400,
        "ENABLE_SINGLE_STEP_CONFERENCE",
        Control::SingleStepConference,
    ),
    (0x0000_0800, "ENABLE_ALTERNATE", Control::Alternate),
    (0x0000_1000, "ENABLE_RECONNECT", Control::Reconnect),
    (0x0000_2000, "ENABLE_WRAPUP", Control::WrapUp),
    (0x0000_4000, "ENABLE_INSIDE_MAKECALL", Control::InsideMakeCall),
    (0x0000_8000, "ENABLE_OUTSIDE_MAKECALL", Control::OutsideMakeCall),
    (0x0001_0000, "ENABLE_SUPERVISOR_ASSIST", Control::SupervisorAssist),
    (0x0002_0000, "ENABLE_EMERGENCY_CALL", Control::EmergencyCall),
    (0x0004_0000, "ENABLE_BAD_LINE_CALL", Control::BadLine),
    (0x0008_0000, "ENABLE_STATISTICS", Control::Statistics),
    (0x0010_0000, "ENABLE_CHAT", Control::Chat),
    (0x0020_0000, "ENABLE_RECORD", Control::Record),
    (0x0100_0000, "ENABLE_LOGIN", Control::SignIn),
    (0x0200_0000, "ENABLE_LOGOUT", Control::SignOut),
    (
        0x0400_0000,
        "ENABLE_LOGOUT_WITH_REASON",
        Control::SignOutWithReason,
    ),
    (0x0800_0000, "ENABLE_READY", Control::Ready),
    (0x1000_0000, "ENABLE_NOTREADY", Control::NotReady),
    (
        0x2000_0000,
        "ENABLE_NOTREADY_WITH_REASON",
        Control::NotReadyWithReason,
    ),
    (0x4000_0000, "ENABLE_WORKREADY", Control::WorkReady),
    (0x8000_0000, "ENABLE_WORKNOTREADY", Control::WorkNotReady),
];

/// Masks to AND an enablement mask with: name and value. They never come over the wire (trap T3).
pub const COMPOSITES: [(&str, u32); 3] = [
    ("DISABLE_READY", !0x0800_0000),
    ("DISABLE_NOTREADY", !0x3000_0000),
    ("DISABLE_WORKREADY", !0x4000_0000),
];

/// The supervisor's bits: value, name, control. Listening in and barging in are one bit (irregularity C12,
/// rule R79): which of the two is meant is the button's to say.
pub const SUPERVISOR_BITS: [(u32, &str, SupervisorControl); 8] = [
    (0x01, "ENABLE_SET_AGENT_LOGOUT", SupervisorControl::SignOutAgent),
    (0x02, "ENABLE_SET_AGENT_READY", SupervisorControl::MakeAgentReady),
    (0x04, "ENABLE_SILENTMONITOR", SupervisorControl::SilentMonitor),
    (0x04, "ENABLE_BARGE_IN", SupervisorControl::BargeIn),
    (0x08, "ENABLE_INTERCEPT", SupervisorControl::Intercept),
    (0x10, "ENABLE_CLEAR", SupervisorControl::Clear),
    (
        0x20,
        "ENABLE_START_SILENTMONITOR",
        SupervisorControl::StartSilentMonitor,
    ),
    (
        0x40,
        "ENABLE_STOP_SILENTMONITOR",
        SupervisorControl::StopSilentMonitor,
    ),
];

/// Everything that is done to a call: what two of the supervisor's composites clear.
const SUPERVISE_CALL: u32 = 0x7C;

/// Masks to AND a supervisor's mask with; the last three are made of the others (irregularity C13).
pub const SUPERVISOR_COMPOSITES: [(&str, u32); 11] = [
    ("DISABLE_SET_AGENT_LOGOUT", !0x01),
    ("DISABLE_SET_AGENT_READY", !0x02),
    ("DISABLE_SILENTMONITOR", !0x04),
    ("DISABLE_BARGE_IN", !0x04),
    ("DISABLE_INTERCEPT", !0x08),
    ("DISABLE_CLEAR", !0x10),
    ("DISABLE_START_SILENTMONITOR", !0x20),
    ("DISABLE_STOP_SILENTMONITOR", !0x40),
    ("DISABLE_SUPERVISE_CALL", !SUPERVISE_CALL),
    ("DISABLE_SET_AGENT_STATE", !0x03),
    ("DISABLE_ALL_AGENT_SELECT", !SUPERVISE_CALL),
];

/// The bits of the desk settings: value, name, rule.
pub const DESK_BITS: [(u32, &str, DeskRule); 14] = [
    (
        0x0001,
        "DESK_AVAIL_AFTER_INCOMING_MASK",
        DeskRule::ReadyAfterIncoming,
    ),
    (
        0x0002,
        "DESK_AVAIL_AFTER_OUTGOING_MASK",
        DeskRule::ReadyAfterOutgoing,
    ),
    (0x0004, "DESK_AUTO_ANSWER_ENABLED_MASK", DeskRule::AnswersByItself),
    (
        0x0008,
        "DESK_IDLE_REASON_REQUIRED_MASK",
        DeskRule::NotReadyNeedsReason,
    ),
    (
        0x0010,
        "DESK_LOGOUT_REASON_REQUIRED_MASK",
        DeskRule::SignOutNeedsReason,
    ),
    (
        0x0020,
        "DESK_SUPERVISOR_CALLS_ALLOWED_MASK",
        DeskRule::SupervisorCalls,
    ),
    (0x0040, "DESK_AGENT_TO_AGENT_CALLS_ALLOWED", DeskRule::AgentCalls),
    (
        0x0080,
        "DESK_OUTBOUND_ACCESS_INTERNATIONAL_MASK",
        DeskRule::International,
    ),
    (
        0x0100,
        "DESK_OUTBOUND_ACCESS_PUBLIC_NET_MASK",
        DeskRule::PublicNetwork,
    ),
    (
        0x0200,
        "DESK_OUTBOUND_ACCESS_PRIVATE_NET_MASK",
        DeskRule::PrivateNetwork,
    ),
    (
        0x0400,
        "DESK_OUTBOUND_ACCESS_OPERATOR_ASSISTED_MASK",
        DeskRule::OperatorAssisted,
    ),
    (0x0800, "DESK_OUTBOUND_ACCESS_PBX_MASK", DeskRule::ThroughSwitch),
    (0x1000, "DESK_NON_ACD_CALLS_ALLOWED_MASK", DeskRule::OtherCalls),
    (
        0x2000,
        "DESK_AGENT_CAN_SELECT_GROUP_MASK",
        DeskRule::ChoosesGroups,
    ),
];

/// The supervisor's mask that this number stands for.
pub fn read_supervisor(number: i64) -> SupervisorMask {
    let raw = number as u32;
    let enabled = SUPERVISOR_BITS.into_iter().filter(|(bit, _, _)| raw & bit != 0);
    SupervisorMask::new(enabled.map(|(_, _, control)| control), raw)
}

/// The desk rules that this number stands for.
pub fn read_desk(number: i64) -> DeskRules {
    let raw = number as u32;
    let set = DESK_BITS.into_iter().filter(|(bit, _, _)| raw & bit != 0);
    set.map(|(_, _, rule)| rule).collect()
}

/// The mask that this number stands for.
///
/// The lower 32 bits count, whatever the sign: `ENABLE_WORKNOTREADY` alone is -2147483648 or 2147483648.
pub fn read(number: i64) -> EnablementMask {
    let raw = number as u32;
    let controls: Controls = BITS
        .into_iter()
        .filter(|(bit, _, _)| raw & bit != 0)
        .map(|(_, _, control)| control)
        .collect();
    EnablementMask {
        controls,
        disable_all: raw & DISABLE_ALL != 0,
        raw,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t02_the_highest_bit_comes_signed_or_unsigned() {
        for number in [-2_147_483_648, 2_147_483_648] {
            let mask = read(number);
            assert_eq!(mask.controls, [Control::WorkNotReady].into_iter().collect());
            assert_eq!(mask.raw, 0x8000_0000);
        }
    }

    #[test]
    fn t03_disable_all_is_a_bit_and_the_and_masks_contain_it() {
        let mask = read(0x0040_0001);
        assert!(mask.disable_all && mask.controls.has(Control::Answer));
        assert_eq!(mask.effective(), Controls::NONE);
        for and_mask in [0xF7FF_FFFF_i64, 0xCFFF_FFFF, 0xBFFF_FFFF] {
            assert!(read(and_mask).disable_all, "not a mask to send");
        }
        let all = read(0xFFBF_FFFF);
        let without_not_ready = read(i64::from(all.raw & 0xCFFF_FFFF));
        assert!(!without_not_ready.controls.has(Control::NotReady));
        assert!(!without_not_ready.controls.has(Control::NotReadyWithReason));
        assert!(without_not_ready.controls.has(Control::Ready));
    }

    #[test]
    fn t04_with_and_without_reason_are_two_controls() {
        assert!(!read(0x2000_0000).controls.has(Control::NotReady));
        assert!(read(0x2000_0000).controls.has(Control::NotReadyWithReason));
        assert!(read(0x0400_0000).controls.has(Control::SignOutWithReason));
    }

    #[test]
    fn r78_all_31_bits_have_their_own_meaning() {
        let mut named = DISABLE_ALL;
        for (bit, name, control) in BITS {
            assert_eq!(bit.count_ones(), 1, "{name}");
            assert_eq!(named & bit, 0, "{name}");
            named |= bit;
            assert_eq!(
                read(i64::from(bit)).controls,
                [control].into_iter().collect(),
                "{name}"
            );
        }
        // Irregularity C41: one bit is not assigned; it is ignored and still shown in the diagnostics.
        assert_eq!(!named, 0x0080_0000);
        assert_eq!(read(0x0080_0000).controls, Controls::NONE);
        assert_eq!(read(0x0080_0000).raw, 0x0080_0000);
        assert!(
            Control::ALL
                .into_iter()
                .all(|control| BITS.iter().any(|(_, _, known)| *known == control))
        );
    }

    #[test]
    fn r78_the_supervisors_mask_is_another_one_with_the_same_numbers() {
        let mask = read_supervisor(0x01);
        assert!(mask.has(SupervisorControl::SignOutAgent));
        assert!(read(0x01).controls.has(Control::Answer));
        assert_eq!(mask.raw, 1);
        for control in SupervisorControl::ALL {
            assert!(read_supervisor(0x7F).has(control), "{control:?}");
            assert!(!read_supervisor(0xFF80).has(control), "{control:?}");
        }
    }

    #[test]
    fn r79_listening_in_and_barging_in_are_one_bit() {
        let mask = read_supervisor(0x04);
        assert!(mask.has(SupervisorControl::SilentMonitor) && mask.has(SupervisorControl::BargeIn));
        assert!(!mask.has(SupervisorControl::StartSilentMonitor));
    }

    #[test]
    fn every_desk_rule_has_a_bit_of_its_own() {
        for (bit, name, rule) in DESK_BITS {
            let rules = read_desk(i64::from(bit));
            assert!(rules.has(rule), "{name}");
            assert_eq!(
                DESK_BITS
                    .into_iter()
                    .filter(|(_, _, other)| rules.has(*other))
                    .count(),
                1,
                "{name}"
            );
        }
        assert_eq!(read_desk(0xC000), DeskRules::default());
    }

    #[test]
    fn f1_the_documented_vectors() {
        let established = read(0x126);
        let expected = [
            Control::Release,
            Control::Hold,
            Control::TransferInit,
            Control::ConferenceInit,
        ];
        assert_eq!(established.controls, expected.into_iter().collect());
    }
}
