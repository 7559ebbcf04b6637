//! The settings: colours, what happens when a call rings, and what the browser makes of it.
//!
//! Lives here: the button in the bar and the panel that it opens, the test of the ring tone.
//! May not be here: keeping a choice, what follows from it; each control hands on its change.
//! The panel opens above the page: nothing moves. It closes with Escape, and the focus goes back to its button.

use super::app::{App, Intent};
use super::live::{attr, flag, part, text};
use super::look::{Icon, icon};
use crate::preferences::{Change, Signal, Theme, Volume};
use crate::store::Permission;
use crate::words::Word;
use leptos::prelude::*;

fn theme_word(theme: Theme) -> Word {
    match theme {
        Theme::System => Word::ThemeSystem,
        Theme::Light => Word::ThemeLight,
        Theme::Dark => Word::ThemeDark,
        Theme::HighContrast => Word::ThemeHighContrast,
    }
}

fn signal_word(signal: Signal) -> Word {
    match signal {
        Signal::Sound => Word::SignalSound,
        Signal::Notification => Word::SignalNotification,
        Signal::Title => Word::SignalTitle,
        Signal::Icon => Word::SignalIcon,
    }
}

/// The button and its panel.
#[component]
pub(super) fn Settings() -> impl IntoView {
    let app = App::get();
    let prefer = move |change| app.dispatch(Intent::Prefer(change));
    let themes = Theme::ALL.map(|theme| {
        let is_chosen = move || {
            let chosen = app.preferences.with(|preferences| preferences.theme);
            chosen.unwrap_or_else(|| app.site.with(|site| site.theme)) == theme
        };
        view! {
            <option value=theme.name() prop:selected=flag(is_chosen)>
                {text(move || app.say(theme_word(theme)))}
            </option>
        }
        .into_any()
    });
    let signals = Signal::ALL.map(|signal| {
        let is_on = move || {
            app.preferences
                .with(|preferences| preferences.signals.has(signal))
        };
        view! {
            <label class="choice">
                <input
                    type="checkbox"
                    data-command="signal"
                    data-signal=signal.name()
                    prop:checked=flag(is_on)
                    on:change=move |event| prefer(Change::Signal(signal, event_target_checked(&event)))
                />
                <span>{text(move || app.say(signal_word(signal)))}</span>
            </label>
            {(signal == Signal::Notification).then(|| notifications(app))}
        }
        .into_any()
    });
    let volume = move || {
        app.preferences
            .with(|preferences| u32::from(preferences.volume.percent()))
    };
    view! {
        <button
            type="button"
            class="button bare settings-button"
            data-command="settings"
            aria-keyshortcuts=attr(move || app.keys_for("settings"))
            popovertarget="settings"
            aria-label=attr(move || app.say(Word::Settings))
        >
            {icon(|| Icon::Sliders)}
        </button>
        <div
            class="pop settings"
            id="settings"
            popover="auto"
            role="dialog"
            aria-labelledby="settings-heading"
            data-part="settings"
        >
            <h2 id="settings-heading">{text(move || app.say(Word::Settings))}</h2>
            <label class="field">
                <span>{text(move || app.say(Word::Theme))}</span>
                <select
                    autofocus
                    data-command="theme"
                    on:input=move |event| {
                        if let Some(theme) = Theme::of_name(&event_target_value(&event)) {
                            prefer(Change::Theme(theme));
                        }
                    }
                >
                    {themes.into_iter().collect_view()}
                </select>
            </label>
            <fieldset>
                <legend>{text(move || app.say(Word::WhenCallRings))}</legend>
                {signals.into_iter().collect_view()}
            </fieldset>
            <label class="field">
                <span>{text(move || app.say(Word::Volume))}</span>
                <input
                    type="range"
                    min="0"
                    max=u32::from(Volume::MOST)
                    step="5"
                    data-command="volume"
                    prop:value=text(volume)
                    on:input=move |event| {
                        if let Ok(percent) = event_target_value(&event).parse() {
                            prefer(Change::Volume(Volume::new(percent)));
                        }
                    }
                />
            </label>
            {test_button(app)}
        </div>
    }
}

/// Sounds the ring tone, so that everybody knows before the first call whether it is heard.
pub(super) fn test_button(app: App) -> AnyView {
    view! {
        <button
            type="button"
            class="button"
            data-command="test-sound"
            on:click=move |_| app.dispatch(Intent::TestSound)
        >
            {icon(|| Icon::Bell)}
            {text(move || app.say(Word::TestSound))}
        </button>
    }
    .into_any()
}

/// What keeps notifications from being shown, and what can be done about it.
fn notifications(app: App) -> impl IntoView {
    let permission = Memo::new(move |_| app.attention.with(|attention| attention.notifications));
    let advice = move |word| {
        view! {
            <p class="quiet small" data-part="notifications">
                {text(move || app.say(word))}
            </p>
        }
        .into_any()
    };
    part(move || {
        Some(match permission.get() {
            Permission::Granted => return None,
            Permission::Missing => advice(Word::NotificationsMissing),
            Permission::Denied => advice(Word::NotificationsDenied),
            Permission::NotAsked => view! {
                <button
                    type="button"
                    class="button small"
                    data-command="allow-notifications"
                    on:click=move |_| app.dispatch(Intent::AllowNotifications)
                >
                    {text(move || app.say(Word::AllowNotifications))}
                </button>
            }
            .into_any(),
        })
    })
}
