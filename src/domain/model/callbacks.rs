//! Applying news of callbacks.
//!
//! Lives here: the part of `Model::apply` that touches callback rows, and the sweep after a snapshot.
//! May not be here: when a callback is due by whose clock (the view's).
//! A closed callback is forgotten.

use super::{CallbackUpdate, Changed, Model, Moment, Ref, set, set_optional_text};

impl Model {
    pub(super) fn update_callback(&mut self, callback: Ref<'_>, update: CallbackUpdate<'_>, heard: Moment) {
        self.hear(callback.source, heard);
        if update.closed == Some(true) {
            if let Some(key) = self.callbacks.find(callback) {
                self.callbacks.remove(key);
            }
            return;
        }
        let source = callback.source;
        let session = self.source(source).session;
        let list = update
            .list
            .as_ref()
            .map(|id| self.call_lists.intern(Ref::new(source, id)));
        let queue = update
            .queue
            .as_ref()
            .map(|queue| queue.as_ref().map(|id| self.queues.intern(Ref::new(source, id))));
        let assigned = update
            .assigned
            .as_ref()
            .map(|agent| agent.as_ref().map(|id| self.agents.intern(Ref::new(source, id))));
        let key = self.callbacks.intern(callback);
        self.callbacks.change(key, |row| {
            let mut changed = row.confirmed_in != session;
            changed |= set(&mut row.list, list.map(Some));
            changed |= set(&mut row.queue, queue);
            changed |= set_optional_text(&mut row.channel, update.channel.as_ref());
            changed |= set_optional_text(&mut row.number, update.number.as_ref());
            changed |= set_optional_text(&mut row.contact, update.contact.as_ref());
            changed |= set_optional_text(&mut row.message, update.message.as_ref());
            changed |= set(&mut row.kind, update.kind.map(Some));
            changed |= set(&mut row.assigned, assigned);
            changed |= set(&mut row.modified, update.modified);
            changed |= set_optional_text(&mut row.modified_by, update.modified_by.as_ref());
            changed |= set(&mut row.not_before, update.not_before);
            changed |= set(&mut row.expires, update.expires);
            changed |= set_optional_text(&mut row.priority, update.priority.as_ref());
            changed |= set_optional_text(&mut row.classification, update.classification.as_ref());
            changed |= set_optional_text(&mut row.note, update.note.as_ref());
            changed |= set_optional_text(&mut row.call, update.call.as_ref());
            changed |= set_optional_text(&mut row.recording, update.recording.as_ref());
            changed |= set_optional_text(&mut row.transcript, update.transcript.as_ref());
            changed |= set(&mut row.last_attempt, update.last_attempt);
            changed |= set(&mut row.attempts, update.attempts.map(Some));
            changed |= set(&mut row.extras, update.extras.map(Some));
            changed |= set(&mut row.related, update.related.map(Some));
            let mut rank = set(&mut row.created, update.created);
            rank |= set(&mut row.due, update.due);
            row.confirmed_in = session;
            row.heard = Some(heard);
            Changed {
                row: changed || rank,
                rank,
            }
        });
    }
}
