//! What a leg's state in the centre is on the page.

use switchhook::domain::call::Stage;
use switchhook_hub::centre::LegState;

/// The stage at which a page shows a call whose leg stands so.
pub(crate) fn stage(state: LegState) -> Stage {
    match state {
        LegState::Coming => Stage::Offered,
        LegState::Alerting => Stage::Alerting,
        LegState::Dialling => Stage::Dialling,
        LegState::Connected => Stage::Connected,
        LegState::Held => Stage::Held,
        LegState::Failed => Stage::Failed,
    }
}
