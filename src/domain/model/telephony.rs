//! Applying news of the telephony server: its link, its parts, its settings and figures, contacts on their way.
//!
//! Lives here: the part of `Model::apply` that touches [`Telephony`], precalls, the own agent's settings, messages.
//! May not be here: agents', calls' and queues' rows, except for what a precall hands over to its call.
//! A sign of life changes nothing that can be seen, so it costs no redraw.

use super::super::chat::{MESSAGES_KEPT, Message};
use super::super::skills::{COLUMNS_KEPT, Column, SkillGroup, Statistics};
use super::super::telephony::{
    Link, NOTICES_KEPT, Notice, PRECALLS_KEPT, Part, Precall, SERVICES_KEPT, SKILL_GROUPS_KEPT, STREAMS_KEPT,
    SWITCHES_KEPT, TelephonyNews,
};
use super::{
    ALERTS_KEPT, Addressee, AgentKey, Alert, CallUpdate, Cow, FIELDS_KEPT, Failure, Model, Moment, Ref, Seen,
    SourceId, Telephony, Transition, set_text,
};

/// Agents whose figures are kept.
const STATISTICS_KEPT: usize = 1_000;

impl Model {
    /// The telephony server behind a source, where the source has one and it was heard of.
    pub fn telephony(&self) -> &Telephony {
        &self.telephony
    }

    /// Whether nothing can be asked of the telephony server behind a source.
    pub fn telephony_is_down(&self, source: SourceId) -> bool {
        self.telephony.source == source && self.telephony.is_down()
    }

    /// What the server counts of an agent.
    pub fn statistics(&self, agent: AgentKey) -> Option<&Statistics> {
        self.statistics.get(&agent)
    }

    pub(super) fn tell_telephony(&mut self, source: SourceId, news: TelephonyNews<'_>, heard: Moment) {
        self.hear(source, heard);
        if self.telephony.source != source {
            self.telephony = Telephony {
                source,
                ..Telephony::default()
            };
        }
        let was_down = self.telephony.is_down();
        let touched = match news {
            TelephonyNews::Link(link, server) => self.stand(link, server.as_ref(), heard),
            TelephonyNews::Alive => self.alive(heard),
            TelephonyNews::Late { missed, due_every } => self.late(missed, due_every, heard),
            TelephonyNews::Part(part, works) => self.part(part, works),
            TelephonyNews::Switch(switch, works) => {
                let known = self.telephony.switches_out.contains(&switch);
                if works {
                    self.telephony.switches_out.retain(|out| *out != switch);
                } else if !known {
                    push_bounded(&mut self.telephony.switches_out, switch, SWITCHES_KEPT);
                }
                works == known
            }
            TelephonyNews::Notice(text, code) => {
                let notices = &mut self.telephony.notices;
                if notices.len() == NOTICES_KEPT {
                    notices.pop_front();
                }
                notices.push_back(Notice {
                    text: text.as_ref().into(),
                    code,
                    at: heard,
                });
                self.transitions.push(Transition::Notice);
                true
            }
            TelephonyNews::Mode(mode) => {
                self.telephony.mode = Some(mode);
                true
            }
            TelephonyNews::NoAgent => {
                self.desk.mask = None;
                self.desk.current = None;
                self.desk.assignment = None;
                true
            }
            TelephonyNews::Site(site) => {
                self.telephony.site = Some(site);
                true
            }
            TelephonyNews::Desk(settings) => {
                self.desk.desk_settings = Some(settings);
                true
            }
            TelephonyNews::Assignment(assignment) => {
                self.desk.assignment = Some(assignment);
                true
            }
            TelephonyNews::SkillGroup {
                number,
                id,
                name,
                columns,
            } => self.skill_group(number, id, name.as_ref(), columns, heard),
            TelephonyNews::Statistics(agent, columns) => self.count(agent.as_deref(), columns, heard),
            TelephonyNews::Waiting { service, calls } => {
                let waiting = &mut self.telephony.waiting;
                match waiting.iter_mut().find(|(known, _)| *known == service) {
                    Some((_, known)) => *known = calls,
                    None => push_bounded(waiting, (service, calls), SERVICES_KEPT),
                }
                true
            }
            TelephonyNews::Stream(stream, flows) => {
                let streams = &mut self.telephony.streams;
                streams.retain(|known| !known.is(&stream));
                if flows {
                    push_bounded(streams, stream, STREAMS_KEPT);
                }
                true
            }
            TelephonyNews::Line(line) => {
                self.telephony.line = line;
                true
            }
        };
        self.desk_touched |= touched;
        match (was_down, self.telephony.is_down()) {
            (false, true) => {
                // Whatever was asked has no answer any more: whether it happened is told by the next snapshot.
                self.fail_all(&Failure::ConnectionLost, heard);
                self.transitions.push(Transition::TelephonyDown);
            }
            (true, false) => self.transitions.push(Transition::TelephonyBack),
            _ => {}
        }
    }

    /// The link stands anew. What was out of order behind the old one is not known of the new one.
    fn stand(&mut self, link: Link, server: Option<&Cow<'_, str>>, heard: Moment) -> bool {
        let telephony = &mut self.telephony;
        let named = set_text(&mut telephony.server, server);
        if link == Link::Up {
            telephony.out = 0;
            telephony.switches_out.clear();
        } else {
            telephony.streams.clear();
        }
        let moved = telephony.link != link;
        if moved {
            telephony.link = link;
            telephony.since = Some(heard);
        }
        moved || named
    }

    /// A sign of life ends lateness; a link that was lost stands again only when that is said (rule R40).
    fn alive(&mut self, heard: Moment) -> bool {
        match self.telephony.link {
            Link::Unsaid | Link::Late { .. } => {
                self.telephony.link = Link::Up;
                self.telephony.since = Some(heard);
                true
            }
            Link::Up | Link::Lost(_) | Link::Rejected | Link::Closed => false,
        }
    }

    fn late(&mut self, missed: u32, due_every: Option<i64>, heard: Moment) -> bool {
        let telephony = &mut self.telephony;
        telephony.heartbeat = due_every.or(telephony.heartbeat);
        match telephony.link {
            Link::Lost(_) | Link::Rejected | Link::Closed => return false,
            Link::Unsaid | Link::Up => telephony.since = Some(heard),
            Link::Late { .. } => {}
        }
        telephony.link = Link::Late { missed };
        true
    }

    fn part(&mut self, part: Part, works: bool) -> bool {
        let bit = 1 << part as u8;
        let before = self.telephony.out;
        self.telephony.out = if works { before & !bit } else { before | bit };
        before != self.telephony.out
    }

    fn skill_group(
        &mut self,
        number: Option<i64>,
        id: Option<i64>,
        name: Option<&Cow<'_, str>>,
        mut columns: Vec<Column>,
        heard: Moment,
    ) -> bool {
        let groups = &mut self.telephony.skill_groups;
        let place = groups.iter().position(|group| group.is(number, id));
        let place = match place {
            Some(place) => place,
            None if groups.len() < SKILL_GROUPS_KEPT => {
                groups.push(SkillGroup::default());
                groups.len() - 1
            }
            None => return false,
        };
        if let Some(group) = groups.get_mut(place) {
            group.number = number.or(group.number);
            group.id = id.or(group.id);
            set_text(&mut group.name, name);
            if !columns.is_empty() {
                columns.truncate(COLUMNS_KEPT);
                group.statistics = Statistics {
                    columns,
                    heard: Some(heard),
                };
            }
        }
        true
    }

    /// A report replaces the last one: a figure that it leaves out is not known any more (rule R84).
    fn count(&mut self, agent: Option<&str>, mut columns: Vec<Column>, heard: Moment) -> bool {
        let agent = match agent {
            Some(id) => Some(self.agents.intern(Ref::new(self.telephony.source, id))),
            None => self.desk.me,
        };
        let Some(agent) = agent else { return false };
        if self.statistics.len() == STATISTICS_KEPT && !self.statistics.contains_key(&agent) {
            return false;
        }
        columns.truncate(COLUMNS_KEPT);
        let statistics = Statistics {
            columns,
            heard: Some(heard),
        };
        self.statistics.insert(agent, statistics);
        self.desk.me == Some(agent)
    }

    /// A new session with the hub: what the last one told of the link may have changed unseen. Settings and
    /// names are those of the site and stay.
    pub(super) fn forget_telephony(&mut self, source: SourceId) {
        if self.telephony.source == source {
            let telephony = std::mem::take(&mut self.telephony);
            self.telephony = Telephony {
                source,
                site: telephony.site,
                notices: telephony.notices,
                skill_groups: telephony.skill_groups,
                ..Telephony::default()
            };
        }
    }

    // ---- contacts on their way ----

    pub(super) fn tell_precall(&mut self, contact: Ref<'_>, update: Option<CallUpdate<'_>>, heard: Moment) {
        self.hear(contact.source, heard);
        let known = self.take_precall(contact);
        self.desk_touched |= known.is_some() || update.is_some();
        let Some(update) = update else {
            if let Some(known) =
                known.filter(|known| known.agent.is_none_or(|agent| self.desk.me == Some(agent)))
            {
                self.desk.taken_back = Some((known, heard));
                self.transitions.push(Transition::TakenBack);
            }
            return;
        };
        let agent = update
            .agent
            .as_ref()
            .map(|id| self.agents.intern(Ref::new(contact.source, id)));
        let text = |text: Option<Cow<'_, str>>| text.map(|text| text.as_ref().into());
        let mut data: Vec<(Box<str>, Box<str>)> = Vec::with_capacity(update.data.len().min(FIELDS_KEPT));
        for (name, value) in update.data.into_iter().take(FIELDS_KEPT) {
            data.push((name.as_ref().into(), value.as_ref().into()));
        }
        if agent.is_none_or(|agent| self.desk.me == Some(agent)) {
            self.desk.taken_back = None;
            if known.is_none() {
                self.transitions.push(Transition::Coming);
            }
        }
        if self.telephony.precalls.len() == PRECALLS_KEPT {
            self.telephony.precalls.pop_front();
        }
        self.telephony.precalls.push_back(Precall {
            source: contact.source,
            contact: contact.id.into(),
            agent,
            number: text(update.number),
            dialled: text(update.dialled),
            queue_name: text(update.queue_name),
            skill_group: update.routed.skill_group.flatten(),
            data,
            at: heard,
        });
    }

    /// Takes out what is known of a contact that becomes a call, or that will not come.
    pub(super) fn take_precall(&mut self, contact: Ref<'_>) -> Option<Precall> {
        let is_it = |known: &Precall| known.source == contact.source && *known.contact == *contact.id;
        let place = self.telephony.precalls.iter().position(is_it)?;
        self.desk_touched = true;
        self.telephony.precalls.remove(place)
    }

    // ---- messages ----

    pub(super) fn keep_message(&mut self, source: SourceId, mut message: Message, heard: Moment) {
        self.hear(source, heard);
        message.at = heard;
        message.unread = true;
        self.add_message(message);
        self.transitions.push(Transition::Message);
    }

    /// The server has taken a message of the own agent's.
    pub(super) fn keep_own_message(&mut self, to: &Addressee, text: &str, now: Moment) {
        let me = self.desk.me.and_then(|me| self.agents.get(me));
        let message = Message {
            from: me.map(|me| me.id.clone()),
            with: to.clone(),
            own: true,
            unread: false,
            text: text.into(),
            at: now,
            number: 0,
        };
        self.add_message(message);
    }

    fn add_message(&mut self, mut message: Message) {
        self.desk.messages_told += 1;
        message.number = self.desk.messages_told;
        let messages = &mut self.desk.messages;
        if messages.len() == MESSAGES_KEPT {
            messages.pop_front();
        }
        messages.push_back(message);
        self.desk.messages_version += 1;
        self.desk_touched = true;
    }

    /// The agent has looked at a conversation.
    fn read_messages(&mut self, with: &Addressee) {
        for message in self
            .desk
            .messages
            .iter_mut()
            .filter(|message| message.with == *with)
        {
            if std::mem::take(&mut message.unread) {
                self.desk.messages_version += 1;
                self.desk_touched = true;
            }
        }
    }

    // ---- alerts, and what was seen ----

    /// A rule has fired. Told twice, it fired once.
    pub(super) fn keep_alert(&mut self, mut alert: Alert) {
        let alerts = &mut self.desk.alerts;
        alert.number = 0;
        let is_told = |known: &Alert| {
            let number = alert.number;
            Alert {
                number,
                ..known.clone()
            } == alert
        };
        if alerts.iter().any(is_told) {
            return;
        }
        if alerts.len() == ALERTS_KEPT {
            alerts.pop_front();
        }
        self.desk.alerts_told += 1;
        alert.number = self.desk.alerts_told;
        alerts.push_back(alert);
        self.desk_touched = true;
        self.transitions.push(Transition::Alert);
    }

    /// The agent has seen something.
    pub fn see(&mut self, seen: &Seen) {
        match seen {
            Seen::MissedCalls => self.dismiss_missed_calls(),
            Seen::Alert(number) => self.desk.alerts.retain(|alert| alert.number != *number),
            Seen::Alerts => self.desk.alerts.clear(),
            Seen::Messages(with) => return self.read_messages(with),
        }
        self.desk_touched = true;
    }
}

/// Adds an entry; the oldest goes where there is no room.
fn push_bounded<T>(list: &mut Vec<T>, entry: T, most: usize) {
    if list.len() == most {
        list.remove(0);
    }
    list.push(entry);
}
