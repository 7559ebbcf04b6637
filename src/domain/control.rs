//! Enablement masks: which controls the telephony server allows, and how its masks combine.
//!
//! Lives here: the controls by name, sets of them, the mask as reported, the rule that merges agent and call mask.
//! May not be here: bit values on the wire (a vendor's), and any rule that guesses enablement from a call's state.
//! An absent mask keeps the last one; an empty one turns everything off; `DISABLE_ALL` makes a mask contribute nothing.
//! Source: CTI OS event document, EnablementMask; merging is decision D1.

/// Something an agent can ask the telephony server to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Control {
    /// Answer an alerting call.
    Answer,
    /// Leave or end a call.
    Release,
    /// Put a call on hold.
    Hold,
    /// Take a call off hold.
    Retrieve,
    /// Start a call to anywhere.
    MakeCall,
    /// Start a consultation that may become a transfer.
    TransferInit,
    /// Complete a transfer.
    TransferComplete,
    /// Transfer without consultation.
    SingleStepTransfer,
    /// Start a consultation that may become a conference.
    ConferenceInit,
    /// Join the consulted party in.
    ConferenceComplete,
    /// Add a party without consultation.
    SingleStepConference,
    /// Swap the active and the held call.
    Alternate,
    /// Drop the consultation and return to the caller.
    Reconnect,
    /// Set the call's wrap-up data.
    WrapUp,
    /// Start a call inside the house.
    InsideMakeCall,
    /// Start a call to the outside.
    OutsideMakeCall,
    /// Ask a supervisor for help.
    SupervisorAssist,
    /// Raise an emergency.
    EmergencyCall,
    /// Report a bad line.
    BadLine,
    /// See statistics.
    Statistics,
    /// Send chat messages.
    Chat,
    /// Start or stop a recording.
    Record,
    /// Sign in.
    SignIn,
    /// Sign out.
    SignOut,
    /// Sign out, giving a reason.
    SignOutWithReason,
    /// Become ready.
    Ready,
    /// Become not ready.
    NotReady,
    /// Become not ready, giving a reason.
    NotReadyWithReason,
    /// Go to wrap-up and be ready afterwards.
    WorkReady,
    /// Go to wrap-up and be not ready afterwards.
    WorkNotReady,
}

impl Control {
    /// Every control, in the order of the enum.
    pub const ALL: [Control; 30] = [
        Control::Answer,
        Control::Release,
        Control::Hold,
        Control::Retrieve,
        Control::MakeCall,
        Control::TransferInit,
        Control::TransferComplete,
        Control::SingleStepTransfer,
        Control::ConferenceInit,
        Control::ConferenceComplete,
        Control::SingleStepConference,
        Control::Alternate,
        Control::Reconnect,
        Control::WrapUp,
        Control::InsideMakeCall,
        Control::OutsideMakeCall,
        Control::SupervisorAssist,
        Control::EmergencyCall,
        Control::BadLine,
        Control::Statistics,
        Control::Chat,
        Control::Record,
        Control::SignIn,
        Control::SignOut,
        Control::SignOutWithReason,
        Control::Ready,
        Control::NotReady,
        Control::NotReadyWithReason,
        Control::WorkReady,
        Control::WorkNotReady,
    ];

    /// Whose mask decides about this control (decision D1).
    pub fn owner(self) -> Owner {
        use Control as C;
        match self {
            C::SignIn
            | C::SignOut
            | C::SignOutWithReason
            | C::Ready
            | C::NotReady
            | C::NotReadyWithReason
            | C::WorkReady
            | C::WorkNotReady => Owner::Agent,
            C::MakeCall
            | C::InsideMakeCall
            | C::OutsideMakeCall
            | C::SupervisorAssist
            | C::EmergencyCall
            | C::BadLine
            | C::Statistics
            | C::Chat
            | C::Record => Owner::Shared,
            _ => Owner::Call,
        }
    }

    /// Whether a call that is not the current one may use its own mask for this control (decision D1).
    ///
    /// Wrap-up data are given when the call is over and no call is the current one any more.
    pub fn works_aside(self) -> bool {
        use Control as C;
        matches!(self, C::Answer | C::Retrieve | C::Release | C::WrapUp)
    }
}

/// Whose mask decides about a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The agent's mask, always.
    Agent,
    /// The current call's mask; nothing without a current call.
    Call,
    /// The current call's mask when it has one, else the agent's.
    Shared,
}

/// A set of controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Controls(u32);

impl Controls {
    /// No control at all.
    pub const NONE: Controls = Controls(0);

    /// The set with `control` added.
    #[must_use]
    pub fn with(self, control: Control) -> Self {
        Controls(self.0 | 1 << control as u8)
    }

    /// Whether `control` is in the set.
    pub fn has(self, control: Control) -> bool {
        self.0 & (1 << control as u8) != 0
    }

    /// The controls in the set, in the order of the enum.
    pub fn iter(self) -> impl Iterator<Item = Control> {
        Control::ALL.into_iter().filter(move |control| self.has(*control))
    }
}

impl FromIterator<Control> for Controls {
    fn from_iter<I: IntoIterator<Item = Control>>(controls: I) -> Self {
        controls.into_iter().fold(Self::NONE, Self::with)
    }
}

/// An enablement mask as a server reported it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EnablementMask {
    /// The controls it names.
    pub controls: Controls,
    /// The mask says that nothing is allowed, whatever else it names.
    pub disable_all: bool,
    /// The mask as it came, for the diagnostics page.
    pub raw: u32,
}

impl EnablementMask {
    /// What the mask contributes.
    pub fn effective(&self) -> Controls {
        if self.disable_all {
            Controls::NONE
        } else {
            self.controls
        }
    }
}

/// Merges the agent's and the current call's mask (decision D1).
///
/// `None` means that the server has sent no mask yet (or that there is no current call).
pub fn merge(agent: Option<&EnablementMask>, current_call: Option<&EnablementMask>) -> Controls {
    let agent_controls = agent.map(EnablementMask::effective).unwrap_or_default();
    let call_controls = current_call.map(EnablementMask::effective);
    Control::ALL
        .into_iter()
        .filter(|control| match control.owner() {
            Owner::Agent => agent_controls.has(*control),
            Owner::Call => call_controls.unwrap_or_default().has(*control),
            Owner::Shared => call_controls.unwrap_or(agent_controls).has(*control),
        })
        .collect()
}

/// Something a supervisor can ask the telephony server to do about the agent being monitored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum SupervisorControl {
    /// Sign the agent out.
    SignOutAgent,
    /// Make the agent ready.
    MakeAgentReady,
    /// Listen in. The servers we know have one bit for this and for barging in (rule R79).
    SilentMonitor,
    /// Join the agent's call.
    BargeIn,
    /// Take the call over from the agent.
    Intercept,
    /// End the agent's call.
    Clear,
    /// Start a session of listening in.
    StartSilentMonitor,
    /// Stop it.
    StopSilentMonitor,
}

impl SupervisorControl {
    /// Every control, in the order of the enum.
    pub const ALL: [SupervisorControl; 8] = [
        SupervisorControl::SignOutAgent,
        SupervisorControl::MakeAgentReady,
        SupervisorControl::SilentMonitor,
        SupervisorControl::BargeIn,
        SupervisorControl::Intercept,
        SupervisorControl::Clear,
        SupervisorControl::StartSilentMonitor,
        SupervisorControl::StopSilentMonitor,
    ];
}

/// A supervisor's mask as a server reported it; it has nothing to do with the agents' (rule R78).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SupervisorMask {
    controls: u8,
    /// The mask as it came, for the diagnostics page.
    pub raw: u32,
}

impl SupervisorMask {
    /// A mask that enables `controls` and came as `raw`.
    pub fn new(controls: impl IntoIterator<Item = SupervisorControl>, raw: u32) -> Self {
        let controls = controls
            .into_iter()
            .fold(0, |set, control| set | 1 << control as u8);
        Self { controls, raw }
    }

    /// Whether the mask enables `control`.
    pub fn has(self, control: SupervisorControl) -> bool {
        self.controls & (1 << control as u8) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(controls: &[Control]) -> EnablementMask {
        EnablementMask {
            controls: controls.iter().copied().collect(),
            disable_all: false,
            raw: 0,
        }
    }

    #[test]
    fn d1_agent_controls_come_from_the_agents_mask_alone() {
        let agent = mask(&[Control::NotReady, Control::Hold]);
        let call = mask(&[Control::Ready, Control::Answer]);
        let merged = merge(Some(&agent), Some(&call));
        assert!(merged.has(Control::NotReady) && merged.has(Control::Answer));
        assert!(!merged.has(Control::Ready) && !merged.has(Control::Hold));
    }

    #[test]
    fn d1_shared_controls_follow_the_call_when_it_has_a_mask() {
        let agent = mask(&[Control::MakeCall]);
        let call = mask(&[]);
        assert!(merge(Some(&agent), None).has(Control::MakeCall));
        assert!(!merge(Some(&agent), Some(&call)).has(Control::MakeCall));
    }

    #[test]
    fn d1_disable_all_makes_a_mask_contribute_nothing() {
        let agent = mask(&[Control::Ready, Control::MakeCall]);
        let call = EnablementMask {
            disable_all: true,
            ..mask(&[Control::Answer, Control::MakeCall])
        };
        let merged = merge(Some(&agent), Some(&call));
        assert_eq!(merged, [Control::Ready].into_iter().collect());
    }

    #[test]
    fn every_control_has_its_own_place_in_a_set() {
        for control in Control::ALL {
            let set = Controls::NONE.with(control);
            assert_eq!(set.iter().collect::<Vec<_>>(), [control]);
        }
    }
}
