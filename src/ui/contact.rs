//! The contact: what is known of the call that matters now, changed in place, and the note about it.
//!
//! Lives here: which call that is, its facts and data, and the form in which the data are changed.
//! May not be here: what may be changed (the site's settings and the server say), transcript and history.
//! One press of Save is one request with what was changed; a draft outlives whatever the server changes meanwhile.
//! The server seldom names the field that it refuses: of a single one it is certain, of several the form says so.

use super::app::{App, Intent, RowSignal};
use super::button::{CommandButton, failures};
use super::format;
use super::live::{MakeRow, attr, flag, part, rows, text, when};
use super::look::{Look, icon};
use super::page;
use super::panel::panel;
use super::screen_pop::links;
use super::so_far::so_far;
use super::transcript::transcript;
use crate::domain::Model;
use crate::domain::agent::{Agent, AgentState};
use crate::domain::call::Call;
use crate::domain::command::{Command, Failed, Failure, Refusal};
use crate::domain::ids::{CallKey, Key, SourceId};
use crate::domain::settings::{GridColumn, GridKind};
use crate::words::{Sentence, Word};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// The call that the desk tells about.
pub(super) type Shown = Memo<Option<CallKey>>;

/// The contact, what is said, and what it went through.
#[component]
pub(super) fn ContactArea() -> impl IntoView {
    let app = App::get();
    let shown: Shown = Memo::new(move |_| {
        app.desk.track();
        app.calls.with(|calls| app.read(|model| to_show(model, calls)))
    });
    view! {
        <div class="contact-area">
            {contact(app, shown)} {transcript(app, shown)} {so_far(app, shown)}
        </div>
    }
}

/// The current call, else the newest one that lives, else, as long as the agent takes no other, the one just left.
fn to_show(model: &Model, calls: &[CallKey]) -> Option<CallKey> {
    let lives = |key: &CallKey| model.calls.get(*key).is_some_and(|call| call.stage.is_live());
    let current = model.desk.current.filter(|key| model.calls.get(*key).is_some());
    current
        .or_else(|| calls.iter().rev().copied().find(lives))
        .or_else(|| {
            let me = model.desk.me.and_then(|me| model.agents.get(me));
            let is_after = !matches!(
                me.map(Agent::state).unwrap_or_default(),
                AgentState::Ready | AgentState::Reserved | AgentState::SignedOut
            );
            let talked = |key: &&CallKey| {
                model
                    .calls
                    .get(**key)
                    .is_some_and(|call| call.connected.is_some())
            };
            model
                .past_calls
                .iter()
                .rev()
                .find(talked)
                .copied()
                .filter(|_| is_after)
        })
}

/// Reads the call of a row.
pub(super) fn of<T>(call: RowSignal<Call>, read: impl FnOnce(&Call) -> T) -> Option<T> {
    call.with(|call| call.as_deref().map(read))
}

/// The name of the queue that a call came through.
pub(super) fn queue_name(app: App, call: &Call) -> Option<String> {
    app.read(|model| model.queue_name(call).map(str::to_owned))
}

/// A field that the agent has begun to change.
#[derive(Clone, PartialEq)]
struct Draft {
    call: CallKey,
    name: Box<str>,
    /// What it was then; `None`: the call did not carry it.
    before: Option<String>,
    /// What it is to be.
    wanted: String,
}

/// The forms of all calls: whoever changes over to another call finds the first as it was left.
#[derive(Clone, Copy)]
struct Forms {
    open: RwSignal<Vec<CallKey>>,
    drafts: RwSignal<Vec<Draft>>,
    /// Those that wait for what the server says.
    saving: RwSignal<Vec<CallKey>>,
}

impl Forms {
    /// What was asked for has been answered: the form closes, unless it was refused.
    fn settle(self, app: App) {
        for key in self.saving.get() {
            let is_it =
                |command: &Command| matches!(command, Command::SetCallData { call, .. } if *call == key);
            let (under_way, failed) = app.read(|model| {
                let desk = &model.desk;
                (
                    desk.in_flight.iter().any(|flight| is_it(&flight.command)),
                    desk.failed.iter().any(|failed| is_it(&failed.command)),
                )
            });
            if !under_way {
                self.saving.update(|saving| saving.retain(|known| *known != key));
                if !failed {
                    self.close(key);
                }
            }
        }
    }

    /// The change of a call's data was handed on.
    fn sent(self, key: CallKey) {
        self.saving.update(|saving| saving.push(key));
    }

    /// The form of a call is closed, and what was begun in it forgotten.
    fn close(self, key: CallKey) {
        self.open.update(|open| open.retain(|known| *known != key));
        self.drafts
            .update(|drafts| drafts.retain(|draft| draft.call != key));
    }

    fn draft(self, key: CallKey, name: &str) -> Option<Draft> {
        self.drafts.with(|drafts| {
            let mut drafts = drafts.iter();
            drafts
                .find(|draft| draft.call == key && *draft.name == *name)
                .cloned()
        })
    }

    fn forget(self, key: CallKey, name: &str) {
        self.drafts
            .update(|drafts| drafts.retain(|draft| draft.call != key || *draft.name != *name));
    }

    fn write(self, key: CallKey, name: &str, now: Option<String>, wanted: String) {
        self.drafts.update(|drafts| {
            let known = drafts
                .iter_mut()
                .find(|draft| draft.call == key && *draft.name == *name);
            match known {
                Some(draft) => draft.wanted = wanted,
                None => drafts.push(Draft {
                    call: key,
                    name: name.into(),
                    before: now,
                    wanted,
                }),
            }
        });
    }
}

fn contact(app: App, shown: Shown) -> AnyView {
    let forms = Forms {
        open: RwSignal::new(Vec::new()),
        drafts: RwSignal::new(Vec::new()),
        saving: RwSignal::new(Vec::new()),
    };
    Effect::new(move || {
        app.desk.track();
        forms.settle(app);
    });
    Effect::new(move || {
        // What went takes its form along.
        app.desk.track();
        let open = forms.open.get_untracked();
        for key in open {
            if app.read(|model| model.calls.get(key).is_none()) {
                forms.close(key);
            }
        }
    });
    let head = part(move || Some(view! { <Head key=shown.get()? forms=forms /> }.into_any()));
    let body = part(move || {
        Some(match shown.get() {
            Some(key) => view! { <About key=key forms=forms /> }.into_any(),
            None => view! {
                <div class="nothing">
                    <p>{text(move || app.say(Word::NoContact))}</p>
                    <p class="quiet small">{text(move || app.say(Word::NoContactHint))}</p>
                </div>
            }
            .into_any(),
        })
    });
    panel(app, "contact", Word::Contact, head.into_any(), body.into_any())
}

/// The changes that the form of a call would ask for.
fn changes(forms: Forms, key: CallKey) -> Vec<(Box<str>, Box<str>)> {
    forms.drafts.with(|drafts| {
        let drafts = drafts.iter().filter(|draft| draft.call == key);
        let changed = drafts.filter(|draft| draft.before.as_ref() != Some(&draft.wanted));
        changed
            .map(|draft| (draft.name.clone(), draft.wanted.as_str().into()))
            .collect()
    })
}

/// What the site has set about a field.
fn with_column<T>(app: App, name: &str, read: impl FnOnce(&GridColumn) -> Option<T>) -> Option<T> {
    app.read(|model| {
        let site = model.telephony().site.as_deref()?;
        read(site.column(&GridKind::Calls, name)?)
    })
}

fn most_letters(app: App, name: &str) -> Option<usize> {
    with_column(app, name, |column| column.most_letters)
        .filter(|most| *most > 0)
        .map(|most| most as usize)
}

fn is_too_long(app: App, name: &str, value: &str) -> bool {
    most_letters(app, name).is_some_and(|most| value.chars().count() > most)
}

/// How the call stands, and the buttons of its form, all in one place.
#[component]
fn Head(key: CallKey, forms: Forms) -> impl IntoView {
    let app = App::get();
    let call = app.call(key);
    let look = move || Look::from(of(call, |call| call.stage).unwrap_or_default());
    let is_open = Memo::new(move |_| forms.open.with(|open| open.contains(&key)));
    let opener = NodeRef::<html::Button>::new();
    let change = move |fields| Intent::Do(Command::SetCallData { call: key, fields });
    page::catch_focus(opener, move || usize::from(is_open.get()));
    let off = Memo::new(move |_| {
        // The call's cell brings the call's mask.
        call.track();
        app.allowed(&change(Vec::new())).err()
    });
    let why = move || off.get().map(|off| app.why(off));
    view! {
        <span class=text(move || ["state ", look().class].concat())>
            {icon(move || look().icon)} <span>{text(move || app.say(look().word))}</span>
        </span>
        <span class="head-buttons">
            {part(move || {
                Some(
                    if is_open.get() {
                        view! { <FormButtons key=key forms=forms call=call /> }.into_any()
                    } else {
                        view! {
                            <button
                                type="button"
                                class="button small"
                                data-command="edit"
                                node_ref=opener
                                aria-disabled=attr(move || why().map(|_| "true"))
                                aria-description=attr(why)
                                data-tip=attr(why)
                                on:click=move |_| {
                                    if off.get_untracked().is_none() {
                                        forms.open.update(|open| open.push(key));
                                    }
                                }
                            >
                                {text(move || app.say(Word::Edit))}
                            </button>
                        }
                            .into_any()
                    },
                )
            })}
        </span>
    }
}

#[component]
fn FormButtons(key: CallKey, forms: Forms, call: RowSignal<Call>) -> impl IntoView {
    let app = App::get();
    let intent = Signal::derive(move || {
        call.track();
        Intent::Do(Command::SetCallData {
            call: key,
            fields: changes(forms, key),
        })
    });
    view! {
        <CommandButton
            class="small primary"
            intent=intent
            label=app.text(Word::Save)
            hindrance=Signal::derive(move || hindrance(app, forms, key))
            sent=Callback::new(move |()| forms.sent(key))
        />
        <button type="button" class="button small" data-command="cancel" on:click=move |_| forms.close(key)>
            {text(move || app.say(Word::Cancel))}
        </button>
    }
}

/// Why the form of a call cannot be sent as it is.
fn hindrance(app: App, forms: Forms, key: CallKey) -> Option<Word> {
    let fields = changes(forms, key);
    if fields.is_empty() {
        return Some(Word::NothingChanged);
    }
    let too_long = fields.iter().any(|(name, value)| is_too_long(app, name, value));
    too_long.then_some(Word::FieldTooLong)
}

/// A value of a call for people, where it is known.
type Fact = (Word, fn(App, &Call) -> Option<String>);

const FACTS: [Fact; 4] = [
    (Word::Queue, queue_name),
    (Word::Number, |_, call| call.number.as_deref().map(str::to_owned)),
    (Word::DialledNumber, |_, call| {
        call.dialled.as_deref().map(str::to_owned)
    }),
    (Word::RangFor, |_, call| {
        let rang = call.connected?.since(call.begun?);
        Some(format::duration(rang))
    }),
];

/// Facts, data and note of one call.
#[component]
fn About(key: CallKey, forms: Forms) -> impl IntoView {
    let app = App::get();
    let call = app.call(key);
    let is_open = Memo::new(move |_| forms.open.with(|open| open.contains(&key)));
    let facts: Vec<_> = FACTS
        .into_iter()
        .map(|(word, read)| {
            let value = move || of(call, |call| read(app, call)).flatten();
            view! {
                <div class="fact">
                    <dt>{text(move || app.say(word))}</dt>
                    <dd dir="auto" class:quiet=flag(move || value().is_none())>
                        {text(move || value().unwrap_or_else(|| app.say(Word::Unreported).to_owned()))}
                    </dd>
                </div>
            }
        })
        .collect();
    // A field keeps its place from its first appearance on, whatever else comes.
    let places = StoredValue::new(Vec::<Box<str>>::new());
    let names = Memo::new(move |_| {
        let mut keys = Vec::new();
        let mut add = |name: &str| {
            places.update_value(|places| {
                let known = places.iter().position(|known| **known == *name);
                let place = known.unwrap_or_else(|| {
                    places.push(name.into());
                    places.len() - 1
                });
                if !keys.contains(&(place as u32)) {
                    keys.push(place as u32);
                }
            });
        };
        of(call, |call| call.data.iter().for_each(|(name, _)| add(name)));
        forms.drafts.with(|drafts| {
            let drafts = drafts.iter().filter(|draft| draft.call == key);
            drafts.for_each(|draft| add(&draft.name));
        });
        keys
    });
    let field: MakeRow = Arc::new(move |place, _| {
        let name = places.with_value(|places| places.get(place as usize).cloned());
        let name = name.unwrap_or_default();
        view! { <Field key=key call=call place=place name=name forms=forms is_open=is_open /> }.into_any()
    });
    // The browser submits no form of several fields by itself that has no button of its own.
    let save = move |event: leptos::ev::KeyboardEvent| {
        if event.key() != "Enter" || event.is_composing() || !page::is_in(&event, "input") {
            return;
        }
        event.prevent_default();
        let fields = untrack(|| changes(forms, key));
        let intent = Intent::Do(Command::SetCallData { call: key, fields });
        let can = untrack(|| hindrance(app, forms, key).is_none() && app.allowed(&intent).is_ok());
        if can {
            app.dispatch(intent);
            forms.sent(key);
        }
    };
    let form = NodeRef::<html::Form>::new();
    Effect::new(move |was_open: Option<bool>| {
        let opens = is_open.get();
        if opens && was_open == Some(false) {
            page::next_frame(move || {
                if let Some(form) = form.try_get_untracked().flatten() {
                    page::focus_first(&form, "input");
                }
            });
        }
        opens
    });
    view! {
        <form
            class="about"
            // What scrolls can be reached by the keyboard.
            tabindex="0"
            aria-label=attr(move || app.say(Word::CallData))
            on:submit=|event| event.prevent_default()
            on:keydown=save
            node_ref=form
        >
            {links(app, call, usize::MAX)}
            <dl class="facts">{facts} {rows(names, field)}</dl>
            {when(move || is_open.get(), move || view! { <Adder key=key call=call forms=forms /> }.into_any())}
            <Refusals key=key />
        </form>
        <Note key=key />
    }
}

/// Whether a command that failed was a change of this call's data, of how many fields.
fn fields_of(failed: &Failed, key: CallKey) -> Option<&[(Box<str>, Box<str>)]> {
    match &failed.command {
        Command::SetCallData { call, fields } if *call == key => Some(fields),
        _ => None,
    }
}

/// What was refused of several fields at once: nobody says which of them is meant.
#[component]
fn Refusals(key: CallKey) -> impl IntoView {
    let app = App::get();
    let of_several = move |failed: &Failed| fields_of(failed, key).is_some_and(|fields| fields.len() != 1);
    let about_one = move |failed: &Failed| {
        let about_data = matches!(
            &failed.failure,
            Failure::Refused {
                kind: Refusal::DataProtected | Refusal::NoSuchData | Refusal::DataTooLong,
                ..
            }
        );
        about_data && of_several(failed)
    };
    let unnamed = move || app.desk.with(|desk| desk.failed.iter().any(about_one));
    view! {
        {failures(app, of_several)}
        {when(
            unnamed,
            move || {
                view! { <p class="small quiet" data-part="one-of-several">{text(move || app.say(Word::OneOfSeveral))}</p> }
                    .into_any()
            },
        )}
    }
}

/// One field: its name, its value, and, while the form is open, the place to change it.
#[component]
fn Field(
    key: CallKey,
    call: RowSignal<Call>,
    place: u32,
    name: Box<str>,
    forms: Forms,
    is_open: Memo<bool>,
) -> impl IntoView {
    let app = App::get();
    let name = StoredValue::new(name);
    let value = Memo::new(move |_| {
        of(call, |call| {
            name.with_value(|name| {
                let mut data = call.data.iter();
                data.find(|(known, _)| known == name)
                    .map(|(_, value)| value.to_string())
            })
        })
        .flatten()
    });
    let draft = Memo::new(move |_| name.with_value(|name| forms.draft(key, name)));
    Effect::new(move || {
        // The server has it: the draft has served.
        if draft.get().is_some_and(|draft| Some(draft.wanted) == value.get()) {
            name.with_value(|name| forms.forget(key, name));
        }
    });
    let label = Memo::new(move |_| {
        app.desk.track();
        name.with_value(|name| {
            let heading = with_column(app, name, |column| column.heading.as_deref().map(str::to_owned));
            heading.unwrap_or_else(|| name.to_string())
        })
    });
    let can_change = Memo::new(move |_| {
        app.desk.track();
        name.with_value(|name| {
            let fixed = with_column(app, name, |column| column.editable) == Some(false);
            let can = |call: &Call| call.source == SourceId::default() && !call.fixed_data.contains(&&**name);
            !fixed && of(call, can).unwrap_or(false)
        })
    });
    // Every change of the server's is shown for a moment; two classes, so that a second one shows as well.
    let changes = RwSignal::new(0_usize);
    Effect::new(move |before: Option<Option<String>>| {
        let now = value.get();
        if before.is_some_and(|before| before != now) {
            changes.update(|changes| *changes += 1);
        }
        now
    });
    let flash = move || match changes.get() {
        0 => "",
        count if count % 2 == 1 => "changed",
        _ => "changed-again",
    };
    let shown = move || match value.get() {
        Some(value) if !value.is_empty() => value,
        _ => app.say(Word::Unreported).to_owned(),
    };
    let is_edited = Memo::new(move |_| is_open.get() && can_change.get());
    // What is empty, or the queue's name once more, takes no room from the rest.
    let is_idle = move || {
        let says = |value: &Option<String>| {
            let known = value.as_deref().unwrap_or_default();
            let queue = of(call, |call| call.queue_name.as_deref() == Some(known));
            !known.is_empty() && (can_change.get() || queue != Some(true))
        };
        !is_edited.get() && !value.with(says)
    };
    // By its place: an element's id may hold no spaces, a name may hold anything.
    let id = ["data-", &key.index().to_string(), "-", &place.to_string()].concat();
    let target = id.clone();
    view! {
        <div class=text(move || ["fact ", flash()].concat()) data-part="call-data" data-id=name.with_value(ToString::to_string) hidden=attr(move || is_idle().then_some(""))>
            <dt>
                {part(move || {
                    let target = target.clone();
                    Some(
                        if is_edited.get() {
                            view! { <label for=target dir="auto">{text(move || label.get())}</label> }.into_any()
                        } else {
                            view! { <span dir="auto">{text(move || label.get())}</span> }.into_any()
                        },
                    )
                })}
            </dt>
            <dd>
                {part(move || {
                    let id = id.clone();
                    Some(
                        if is_edited.get() {
                            view! { <Input id=id key=key name=name value=value draft=draft forms=forms /> }.into_any()
                        } else {
                            view! {
                                <span dir="auto" class="value" title=attr(shown)>
                                    {text(shown)}
                                </span>
                            }
                                .into_any()
                        },
                    )
                })}
                {failures(
                    app,
                    move |failed| {
                        fields_of(failed, key)
                            .is_some_and(|fields| {
                                fields.len() == 1
                                    && name.with_value(|name| fields.iter().all(|(known, _)| known == name))
                            })
                    },
                )}
            </dd>
        </div>
    }
}

/// The place to change a field, and what is to be known of it: how long it may be, what the server made of it.
#[component]
fn Input(
    id: String,
    key: CallKey,
    name: StoredValue<Box<str>>,
    value: Memo<Option<String>>,
    draft: Memo<Option<Draft>>,
    forms: Forms,
) -> impl IntoView {
    let app = App::get();
    let typed = move || {
        let wanted = draft.with(|draft| draft.as_ref().map(|draft| draft.wanted.clone()));
        wanted.or_else(|| value.get()).unwrap_or_default()
    };
    let conflict = Memo::new(move |_| {
        let before = draft.with(|draft| draft.as_ref().map(|draft| draft.before.clone()))?;
        value.get().filter(|now| before.as_ref() != Some(now))
    });
    let most = name.with_value(|name| most_letters(app, name));
    let too_long = move || most.is_some_and(|most| typed().chars().count() > most);
    let letters = move || {
        let count = &app.speech.number(typed().chars().count());
        let most = &app.speech.number(most?);
        Some(app.speech.tell(Sentence::Letters { count, most }))
    };
    let refused = move || {
        app.desk.with(|desk| {
            let mut failed = desk.failed.iter().filter_map(|failed| fields_of(failed, key));
            failed.any(|fields| {
                name.with_value(|name| fields.len() == 1 && fields.iter().any(|(known, _)| known == name))
            })
        })
    };
    let hints = [&id, "-hint"].concat();
    let described_by = hints.clone();
    view! {
        <input
            id=id
            dir="auto"
            autocomplete="off"
            aria-describedby=described_by
            aria-invalid=attr(move || (too_long() || refused()).then_some("true"))
            prop:value=text(typed)
            on:input=move |event| {
                name.with_value(|name| {
                    forms.write(key, name, value.get_untracked(), event_target_value(&event));
                });
            }
        />
        <p class="hint small quiet" id=hints>
            <span class:is-danger=flag(too_long)>{text(letters)}</span>
            {part(move || {
                let now = conflict.get()?;
                Some(
                    view! {
                        <span class="conflict is-reserved" data-part="conflict">
                            {text(move || app.speech.tell(Sentence::ChangedMeanwhile { value: &now }))}
                        </span>
                        <button
                            type="button"
                            class="link"
                            data-command="use-server-value"
                            on:click=move |_| name.with_value(|name| forms.forget(key, name))
                        >
                            {text(move || app.say(Word::UseServersValue))}
                        </button>
                    }
                        .into_any(),
                )
            })}
        </p>
    }
}

/// The choice of a field that the call does not carry yet.
#[component]
fn Adder(key: CallKey, call: RowSignal<Call>, forms: Forms) -> impl IntoView {
    let app = App::get();
    let options = move || {
        let mut present = of(call, |call| call.data.clone()).unwrap_or_default();
        forms.drafts.with(|drafts| {
            let drafts = drafts.iter().filter(|draft| draft.call == key);
            present.extend(drafts.map(|draft| (draft.name.clone(), "".into())));
        });
        let names = app.read(|model| {
            let site = model.telephony().site.as_deref()?;
            Some(site.data_to_add(&present))
        });
        let names = names.unwrap_or_default();
        if names.is_empty() {
            return None;
        }
        let options: Vec<_> = names
            .into_iter()
            .map(|name| {
                let heading = with_column(app, &name, |column| column.heading.as_deref().map(str::to_owned));
                let label = heading.unwrap_or_else(|| name.to_string());
                view! { <option value=name.to_string()>{label}</option> }
            })
            .collect();
        Some(
            view! {
                <select
                    data-part="add-field"
                    aria-label=attr(move || app.say(Word::AddField))
                    on:change=move |event| {
                        let name = event_target_value(&event);
                        if !name.is_empty() {
                            forms.write(key, &name, None, String::new());
                        }
                    }
                >
                    <option value="">{text(move || app.say(Word::AddField))}</option>
                    {options}
                </select>
            }
            .into_any(),
        )
    };
    view! { <p class="adder">{part(options)}</p> }
}

/// Where the note about a call is kept: under the id that all vocabularies of the source have in common, where there is
/// one, since that is known from the beginning on.
fn note_place(call: RowSignal<Call>) -> String {
    let id = of(call, |call| {
        call.contact.as_deref().unwrap_or(&call.id).to_owned()
    });
    ["note-", &id.unwrap_or_default()].concat()
}

/// What the agent notes down about the call, for the agent alone.
#[component]
fn Note(key: CallKey) -> impl IntoView {
    let app = App::get();
    let call = app.call(key);
    let place = Memo::new(move |_| note_place(call));
    let field = move || {
        let note = app.draft(place.get());
        Some(
            view! {
                <textarea
                    id="note"
                    data-part="note"
                    dir="auto"
                    rows="2"
                    aria-describedby="note-hint"
                    prop:value=text(move || note.get())
                    on:input=move |event| note.set(event_target_value(&event))
                ></textarea>
            }
            .into_any(),
        )
    };
    view! {
        <div class="own-note">
            <p>
                <label for="note">{text(move || app.say(Word::Note))}</label>
                <span class="small quiet" id="note-hint">{text(move || app.say(Word::NoteHint))}</span>
            </p>
            {part(field)}
        </div>
    }
}
