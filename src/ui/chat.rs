//! Messages between the desks: the conversations, one of them, and the field to write in.
//!
//! Lives here: the panel, whom one can write to, what was said, and how far a message has come.
//! May not be here: whether one may write (the mask says), whether anybody has read it: nobody tells that.
//! A message is shown when the server has taken it; refused, it stands in its field as it was written.
//! Nothing here takes the focus: what arrives is counted, and announced when it is not being written about.

use super::app::{App, Intent};
use super::button::{CommandButton, failures};
use super::live::{MakeRow, attr, flag, part, rows, text, when};
use super::look::{Icon, Look, icon};
use super::page;
use super::panel::panel;
use crate::domain::Model;
use crate::domain::agent::Agent;
use crate::domain::chat::Message;
use crate::domain::command::{Addressee, Command};
use crate::domain::fold::folded;
use crate::domain::ids::{AgentKey, Key, Ref, SourceId};
use crate::domain::model::Seen;
use crate::words::{Count, Sentence, Word};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// Colleagues offered for what was typed.
const FOUND: usize = 8;

/// The state of the panel.
#[derive(Clone, Copy)]
struct Chats {
    /// The conversation that is shown.
    open: RwSignal<Option<Addressee>>,
    /// Who supervises the own agent, by sign-in id: the two ways to reach that person are one conversation.
    supervisor: Memo<Option<Box<str>>>,
}

impl Chats {
    /// The conversation that a message is shown in.
    fn thread(self, with: &Addressee) -> Addressee {
        let is_supervisor = matches!(with, Addressee::Agent(id)
            if self.supervisor.with(|supervisor| supervisor.as_ref() == Some(id)));
        if is_supervisor {
            Addressee::Supervisor
        } else {
            with.clone()
        }
    }

    /// Everything that is one conversation with this one.
    fn parts(self, with: &Addressee) -> Vec<Addressee> {
        let mut parts = vec![with.clone()];
        if *with == Addressee::Supervisor {
            parts.extend(self.supervisor.get().map(Addressee::Agent));
        }
        parts
    }
}

/// A conversation as the list shows it.
#[derive(Clone, PartialEq)]
struct Conversation {
    with: Addressee,
    last: String,
    unread: usize,
}

/// What a conversation is called in `data-id`.
fn id_of(with: &Addressee) -> String {
    match with {
        Addressee::Agent(id) => id.to_string(),
        Addressee::Supervisor => "supervisor".to_owned(),
        Addressee::Team => "team".to_owned(),
    }
}

fn agent_signed_in_as<'m>(model: &'m Model, login_id: &str) -> Option<&'m Agent> {
    let key = model.agents.find(Ref::new(SourceId::default(), login_id))?;
    model.agents.get(key)
}

impl App {
    /// What people call somebody who writes or is written to.
    pub(super) fn name_of(self, login_id: &str) -> String {
        let name = self.read(|model| {
            agent_signed_in_as(model, login_id)?
                .name
                .as_deref()
                .map(str::to_owned)
        });
        match name {
            Some(name) => name,
            None if login_id.is_empty() => self.say(Word::Unknown).to_owned(),
            None => login_id.to_owned(),
        }
    }

    fn name_of_conversation(self, with: &Addressee, supervisor: Option<&str>) -> String {
        match (with, supervisor) {
            (Addressee::Agent(id), _) => self.name_of(id),
            (Addressee::Team, _) => self.say(Word::Team).to_owned(),
            (Addressee::Supervisor, None) => self.say(Word::Supervisor).to_owned(),
            (Addressee::Supervisor, Some(id)) => self
                .speech
                .listed(&[self.say(Word::Supervisor).to_owned(), self.name_of(id)]),
        }
    }
}

/// Who supervises the own agent's team, as the directory has it.
fn own_supervisor(model: &Model) -> Option<Box<str>> {
    let me = model.desk.me?;
    let team = model.agents.get(me)?.team.as_deref()?;
    let mut agents = model.agents.rows();
    agents
        .find(|(key, agent)| *key != me && agent.leads_team && agent.team.as_deref() == Some(team))
        .and_then(|(_, agent)| agent.login_id.clone())
}

/// The panel.
#[component]
pub(super) fn Chat() -> impl IntoView {
    let app = App::get();
    let me = Memo::new(move |_| app.desk.with(|desk| desk.me));
    let chats = Chats {
        open: RwSignal::new(None),
        supervisor: Memo::new(move |_| {
            // The directory brings agents; who leads whom does not change without it. A memo that is not read
            // listens to nothing.
            me.get();
            app.agents.track();
            app.read(own_supervisor)
        }),
    };
    let version = Memo::new(move |_| app.desk.with(|desk| desk.messages_version));
    let conversations = Memo::new(move |_| {
        version.get();
        me.get();
        conversations(app, chats)
    });
    let unread = Memo::new(move |_| {
        let open = chats.open.get();
        conversations.with(|all| {
            let elsewhere = all.iter().filter(|one| Some(&one.with) != open.as_ref());
            elsewhere.map(|one| one.unread).sum::<usize>()
        })
    });
    Effect::new(move || {
        // What stands before the agent's eyes is no news.
        version.get();
        let Some(with) = chats.open.get() else { return };
        let is_new = conversations.with(|all| all.iter().any(|one| one.with == with && one.unread > 0));
        if is_new
            && app.shown.has("chat")
            && !untrack(|| app.preferences.with(|chosen| chosen.is_folded("chat")))
        {
            for part in chats.parts(&with) {
                app.dispatch(Intent::Seen(Seen::Messages(part)));
            }
        }
    });
    Effect::new(move || {
        app.shown
            .unread
            .set(conversations.with(|all| all.iter().map(|one| one.unread).sum()));
    });
    let head = view! {
        <span class="count" class:alarm=flag(move || unread.get().gt(&0)) data-part="unread">
            {text(move || (unread.get() > 0).then(|| app.speech.count(Count::NewMessages, unread.get())))}
        </span>
    };
    let body = part(move || {
        Some(match chats.open.get() {
            Some(with) => view! { <Talk with=with chats=chats version=version /> }.into_any(),
            None => view! { <Everybody chats=chats conversations=conversations /> }.into_any(),
        })
    });
    panel(app, "chat", Word::Chat, head.into_any(), body.into_any())
}

/// The supervisor and the team, then colleagues in the order in which the conversations began.
fn conversations(app: App, chats: Chats) -> Vec<Conversation> {
    app.read(|model| {
        let leads = model
            .desk
            .me
            .and_then(|me| model.agents.get(me))
            .is_some_and(|me| me.leads_team);
        let mut all = Vec::new();
        let fresh = |with| Conversation {
            with,
            last: String::new(),
            unread: 0,
        };
        if !leads {
            all.push(fresh(Addressee::Supervisor));
        }
        all.push(fresh(Addressee::Team));
        for message in &model.desk.messages {
            let with = chats.thread(&message.with);
            let place = all.iter().position(|one| one.with == with).unwrap_or_else(|| {
                all.push(fresh(with));
                all.len() - 1
            });
            if let Some(one) = all.get_mut(place) {
                one.last = message.text.to_string();
                one.unread += usize::from(message.unread);
            }
        }
        all
    })
}

/// All conversations, and the search for somebody else.
#[component]
fn Everybody(chats: Chats, conversations: Memo<Vec<Conversation>>) -> impl IntoView {
    let app = App::get();
    let wanted = RwSignal::new(String::new());
    let found = Memo::new(move |_| {
        let wanted = wanted.with(|wanted| folded(wanted.trim()));
        app.read(|model| find(model, &wanted))
    });
    let colleague: MakeRow =
        Arc::new(move |key, _| view! { <Colleague key=AgentKey::from_index(key) chats=chats /> }.into_any());
    let searches = Memo::new(move |_| wanted.with(|wanted| !wanted.trim().is_empty()));
    let places = Memo::new(move |_| conversations.with(|all| (0..all.len() as u32).collect::<Vec<u32>>()));
    let entry: MakeRow = Arc::new(move |place, _| {
        let one = move || conversations.with(|all| all.get(place as usize).cloned());
        let id = move || one().map(|one| id_of(&one.with));
        let name = move || {
            let supervisor = chats.supervisor.get();
            one().map(|one| app.name_of_conversation(&one.with, supervisor.as_deref()))
        };
        let unread = move || one().map_or(0, |one| one.unread);
        view! {
            <li data-part="conversation" data-id=attr(id)>
                <button
                    type="button"
                    class="button item"
                    data-command="open-conversation"
                    on:click=move |_| chats.open.set(untrack(one).map(|one| one.with))
                >
                    <span class="two-lines grow">
                        <strong dir="auto">{text(name)}</strong>
                        <span class="quiet small" dir="auto">{text(move || one().map(|one| one.last))}</span>
                    </span>
                    <span class="badge" class:none=flag(move || unread() == 0)>
                        {text(move || (unread() > 0).then(|| app.speech.number(unread())))}
                    </span>
                </button>
            </li>
        }
        .into_any()
    });
    view! {
        <input
            type="search"
            class="search"
            data-part="write-to"
            dir="auto"
            autocomplete="off"
            aria-label=attr(move || app.say(Word::WriteTo))
            placeholder=attr(move || app.say(Word::WriteTo))
            on:input=move |event| wanted.set(event_target_value(&event))
        />
        {part(move || {
            Some(
                if searches.get() {
                    let colleague = Arc::clone(&colleague);
                    view! {
                        <ul class="conversations">{rows(found, colleague)}</ul>
                        {when(
                            move || found.with(Vec::is_empty),
                            move || {
                                view! { <p class="nothing quiet">{text(move || app.say(Word::NobodyFound))}</p> }
                                    .into_any()
                            },
                        )}
                    }
                        .into_any()
                } else {
                    let entry = Arc::clone(&entry);
                    view! { <ul class="conversations">{rows(places, entry)}</ul> }.into_any()
                },
            )
        })}
        {failures(app, |failed| matches!(failed.command, Command::SendMessage { .. }))}
    }
}

/// Colleagues whose name, sign-in id or phone fits, those of the own team first.
fn find(model: &Model, wanted: &str) -> Vec<u32> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let me = model.desk.me;
    let team = me.and_then(|me| model.agents.get(me)?.team.as_deref());
    let fits = |agent: &Agent| {
        let starts = |text: &Option<Box<str>>| text.as_deref().is_some_and(|text| text.starts_with(wanted));
        agent.login_id.is_some()
            && (agent
                .name
                .as_deref()
                .is_some_and(|name| folded(name).contains(wanted))
                || starts(&agent.login_id)
                || starts(&agent.extension))
    };
    let matching = |in_team: bool| {
        model.agents.ordered().filter(move |key| {
            let agent = model.agents.get(*key);
            Some(*key) != me
                && agent.is_some_and(|agent| fits(agent) && (agent.team.as_deref() == team) == in_team)
        })
    };
    matching(true)
        .chain(matching(false))
        .take(FOUND)
        .map(Key::index)
        .collect()
}

/// Somebody to write to, and how that person is doing.
#[component]
fn Colleague(key: AgentKey, chats: Chats) -> impl IntoView {
    let app = App::get();
    let agent = app.agent(key);
    let login_id = move || agent.with(|agent| agent.as_deref()?.login_id.clone());
    let look = move || {
        Look::from(
            agent
                .with(|agent| agent.as_deref().map(Agent::state))
                .unwrap_or_default(),
        )
    };
    let name = move || login_id().map(|id| app.name_of(&id));
    view! {
        <li data-part="person" data-id=attr(move || login_id().map(String::from))>
            <button
                type="button"
                class="button item"
                data-command="open-conversation"
                on:click=move |_| {
                    if let Some(id) = untrack(login_id) {
                        let with = untrack(|| chats.thread(&Addressee::Agent(id)));
                        chats.open.set(Some(with));
                    }
                }
            >
                <strong class="grow" dir="auto">{text(name)}</strong>
                <span class=text(move || ["state small ", look().class].concat())>
                    {icon(move || look().icon)} <span>{text(move || app.say(look().word))}</span>
                </span>
            </button>
        </li>
    }
}

/// One conversation.
#[component]
fn Talk(with: Addressee, chats: Chats, version: Memo<u32>) -> impl IntoView {
    let app = App::get();
    let with = StoredValue::new(with);
    let name = move || {
        let supervisor = chats.supervisor.get();
        with.with_value(|with| app.name_of_conversation(with, supervisor.as_deref()))
    };
    let numbers = Memo::new(move |_| {
        version.get();
        app.read(|model| {
            let messages = model.desk.messages.iter();
            messages
                .filter(|message| with.with_value(|with| chats.thread(&message.with) == *with))
                .map(|message| message.number)
                .collect::<Vec<u32>>()
        })
    });
    let scroller = NodeRef::<html::Div>::new();
    Effect::new(move || {
        numbers.with(Vec::len);
        page::next_frame(move || {
            if let Some(list) = scroller.try_get_untracked().flatten() {
                list.set_scroll_top(list.scroll_height());
            }
        });
    });
    let row: MakeRow = Arc::new(move |number, _| message_row(app, number));
    view! {
        <p class="talk-head">
            <button
                type="button"
                class="button small bare"
                data-command="all-conversations"
                aria-label=attr(move || app.say(Word::AllConversations))
                on:click=move |_| chats.open.set(None)
            >
                <span class="back">{icon(|| Icon::Chevron)}</span>
            </button>
            <strong dir="auto">{text(name)}</strong>
        </p>
        <div
            class="messages"
            tabindex="0"
            role="group"
            data-part="messages"
            aria-label=attr(move || {
                let who = &name();
                app.speech.tell(Sentence::ConversationWith { who })
            })
            node_ref=scroller
        >
            {rows(numbers, row)}
            {when(
                move || numbers.with(Vec::is_empty),
                move || view! { <p class="nothing quiet">{text(move || app.say(Word::NoMessages))}</p> }.into_any(),
            )}
        </div>
        <Writer with=with chats=chats />
    }
}

/// A message does not change: it is read once.
fn message_row(app: App, number: u32) -> AnyView {
    let message: Option<Message> = app.read(|model| {
        let mut messages = model.desk.messages.iter();
        messages.find(|message| message.number == number).cloned()
    });
    let Some(message) = message else {
        return ().into_any();
    };
    let class = if message.own { "message own" } else { "message" };
    let from = message.from.clone().unwrap_or_default();
    let own = message.own;
    let who = move || {
        if own {
            app.say(Word::You).to_owned()
        } else {
            app.name_of(&from)
        }
    };
    let at = message.at;
    view! {
        <p class=class data-part="message" data-own=own.then_some("true")>
            <span class="small quiet">
                {text(move || app.speech.listed(&[who(), app.speech.short_clock(at)]))}
            </span>
            <span dir="auto">{String::from(message.text)}</span>
        </p>
    }
    .into_any()
}

/// The field, and how far the message has come.
#[component]
fn Writer(with: StoredValue<Addressee>, chats: Chats) -> impl IntoView {
    let app = App::get();
    let typed = app.draft(with.with_value(|with| ["chat-", &id_of(with)].concat()));
    let intent = Signal::derive(move || {
        Intent::Do(Command::SendMessage {
            to: with.get_value(),
            text: typed.with(|typed| typed.trim().into()),
        })
    });
    let hindrance = Signal::derive(move || {
        typed
            .with(|typed| typed.trim().is_empty())
            .then_some(Word::WriteFirst)
    });
    let sent = RwSignal::new(None::<Command>);
    let has_sent = Callback::new(move |()| sent.set(intent.get_untracked().command().cloned()));
    Effect::new(move || {
        app.desk.track();
        let Some(command) = sent.get() else { return };
        let (under_way, failed) = app.read(|model| {
            let desk = &model.desk;
            (
                desk.in_flight.iter().any(|flight| flight.command == command),
                desk.failed.iter().any(|failed| failed.command == command),
            )
        });
        if !under_way {
            sent.set(None);
            // What was written on meanwhile is kept.
            if !failed && intent.get_untracked().command() == Some(&command) {
                typed.set(String::new());
            }
        }
    });
    let submit = move || {
        let intent = intent.get_untracked();
        if hindrance.get_untracked().is_none() && untrack(|| app.allowed(&intent)).is_ok() {
            app.dispatch(intent);
            has_sent.run(());
        }
    };
    let to_this = move |writes: bool| {
        app.writing_to.set(if writes {
            with.with_value(|with| untrack(|| chats.parts(with)))
        } else {
            Vec::new()
        });
    };
    on_cleanup(move || app.writing_to.set(Vec::new()));
    view! {
        <form
            class="writer"
            on:submit=move |event| {
                event.prevent_default();
                submit();
            }
        >
            <textarea
                rows="2"
                dir="auto"
                data-part="message-field"
                aria-label=attr(move || app.say(Word::MessageField))
                placeholder=attr(move || app.say(Word::MessageField))
                prop:value=text(move || typed.get())
                on:input=move |event| {
                    let value = event_target_value(&event);
                    to_this(!value.trim().is_empty());
                    typed.set(value);
                }
                on:focus=move |_| to_this(typed.with_untracked(|typed| !typed.trim().is_empty()))
                on:blur=move |_| to_this(false)
                on:keydown=move |event: leptos::ev::KeyboardEvent| {
                    if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
                        event.prevent_default();
                        submit();
                    }
                }
            ></textarea>
            <CommandButton
                class="primary"
                intent=intent
                label=app.text(Word::Send)
                hindrance=hindrance
                sent=has_sent
            />
            <p class="small quiet" data-part="sending">
                {text(move || sent.with(|sent| sent.is_some().then(|| app.say(Word::Sending))))}
            </p>
            {failures(
                app,
                move |failed| {
                    with.with_value(|with| {
                        matches!(&failed.command, Command::SendMessage { to, .. } if to == with)
                    })
                },
            )}
        </form>
    }
}
