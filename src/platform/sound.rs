//! The ring tone: two gentle notes and a pause, made by the browser's synthesiser.
//!
//! Lives here: whether the browser lets the page sound, the tone, the tone for trying it out.
//! May not be here: when it rings (the session's attention decides).
//! A whole ring is scheduled when it begins and stopped when it ends: throttled timers of a hidden page cannot hold it up,
//! and the schedule itself ends. Browsers let a page sound only after a gesture: it is asked for with every one that
//! leads here. `data-sound` of the root element says what can be heard: `silent`, `playing`, `blocked`.

use super::clock::mark_root;
use super::timer::Timer;
use crate::preferences::Volume;
use crate::session::attention::LONGEST_RING;
use crate::store::SoundState;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AudioContext, AudioContextState, GainNode, OscillatorNode};

/// From the beginning of one pair of notes to that of the next, seconds.
const PERIOD: f64 = 3.0;
/// The notes: beginning and end within the period in seconds, and pitch in hertz.
const NOTES: [(f64, f64, f32); 2] = [(0.0, 0.42, 659.25), (0.48, 1.0, 523.25)];
/// How long a note takes to swell and to fade, seconds: without it every note would click.
const SWELL: f64 = 0.05;
/// The gain at full volume: a pure tone is loud.
const LOUDEST: f32 = 0.5;
/// How long a browser may take to let the page sound, milliseconds.
const PATIENCE: i32 = 400;

/// What makes the page sound.
pub(super) struct Sound(Rc<Inner>);

struct Inner {
    context: RefCell<Option<Context>>,
    volume: Cell<Volume>,
    ring: RefCell<Option<Tone>>,
    test: RefCell<Option<Tone>>,
    look: RefCell<Option<Timer>>,
    tell: Box<dyn Fn(SoundState)>,
}

/// The synthesiser, and who listens to whether it runs.
struct Context {
    audio: AudioContext,
    _changed: Closure<dyn FnMut()>,
}

/// A tone that sounds, or waits for the browser to let it; dropping it ends it.
struct Tone {
    oscillator: OscillatorNode,
    gain: GainNode,
}

impl Sound {
    /// Silent; tells `tell` whether the page may sound, whenever that is found out.
    pub(super) fn new(tell: impl Fn(SoundState) + 'static) -> Self {
        Self(Rc::new(Inner {
            context: RefCell::default(),
            volume: Cell::default(),
            ring: RefCell::default(),
            test: RefCell::default(),
            look: RefCell::default(),
            tell: Box::new(tell),
        }))
    }

    /// Asks the browser to let the page sound; it does so in a gesture of a person, or after one.
    pub(super) fn allow(&self) {
        let inner = &self.0;
        if inner.context.borrow().is_none() {
            *inner.context.borrow_mut() = Context::new(inner);
        }
        if let Some(context) = &*inner.context.borrow()
            && context.audio.state() != AudioContextState::Running
        {
            // What comes of it is told as a change of the state, or found out after a while.
            let _ = context.audio.resume();
        }
        let later = Rc::downgrade(inner);
        let look = Timer::after(PATIENCE, move || {
            if let Some(inner) = later.upgrade() {
                inner.look(true);
            }
        });
        inner.look.replace(look);
        inner.look(false);
    }

    /// Rings, or is silent.
    pub(super) fn ring(&self, rings: bool) {
        let inner = &self.0;
        if rings == inner.ring.borrow().is_some() {
            return;
        }
        let tone = if rings {
            inner.test.take();
            self.allow();
            inner.tone(LONGEST_RING.as_secs_f64())
        } else {
            None
        };
        inner.ring.replace(tone);
        inner.show();
    }

    /// Sounds once, so that a person can tell whether it is heard.
    pub(super) fn test(&self) {
        self.allow();
        let tone = self.0.tone(PERIOD);
        self.0.test.replace(tone);
    }

    /// Gives the synthesiser back to the browser.
    pub(super) fn end(&self) {
        let inner = &self.0;
        inner.ring.take();
        inner.test.take();
        inner.look.take();
        inner.context.take();
    }

    /// So loud from now on.
    pub(super) fn set_volume(&self, volume: Volume) {
        let inner = &self.0;
        inner.volume.set(volume);
        if let Some(tone) = &*inner.ring.borrow() {
            tone.gain.gain().set_value(gain(volume));
        }
    }
}

impl Inner {
    fn tone(&self, seconds: f64) -> Option<Tone> {
        let context = self.context.borrow();
        Tone::start(&context.as_ref()?.audio, gain(self.volume.get()), seconds).ok()
    }

    fn is_running(&self) -> bool {
        let context = self.context.borrow();
        context
            .as_ref()
            .is_some_and(|context| context.audio.state() == AudioContextState::Running)
    }

    /// Finds out whether the page may sound; that it may not is believed only when the browser had time to answer.
    fn look(&self, in_vain: bool) {
        if self.is_running() {
            (self.tell)(SoundState::Allowed);
        } else if in_vain {
            (self.tell)(SoundState::Blocked);
        }
        self.show();
    }

    fn show(&self) {
        mark_root(
            "data-sound",
            match (self.ring.borrow().is_some(), self.is_running()) {
                (false, _) => "silent",
                (true, true) => "playing",
                (true, false) => "blocked",
            },
        );
    }
}

impl Context {
    fn new(inner: &Rc<Inner>) -> Option<Self> {
        let audio = AudioContext::new().ok()?;
        let later = Rc::downgrade(inner);
        let changed = Closure::<dyn FnMut()>::new(move || {
            if let Some(inner) = later.upgrade() {
                inner.look(true);
            }
        });
        audio.set_onstatechange(Some(changed.as_ref().unchecked_ref()));
        Some(Self {
            audio,
            _changed: changed,
        })
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        self.audio.set_onstatechange(None);
        let _ = self.audio.close();
    }
}

impl Tone {
    /// Sounds for so many seconds, from when the browser lets it.
    fn start(audio: &AudioContext, loudness: f32, seconds: f64) -> Result<Self, JsValue> {
        let (oscillator, swell, gain) = (
            audio.create_oscillator()?,
            audio.create_gain()?,
            audio.create_gain()?,
        );
        oscillator
            .connect_with_audio_node(&swell)?
            .connect_with_audio_node(&gain)?
            .connect_with_audio_node(&audio.destination())?;
        gain.gain().set_value(loudness);
        let (level, pitch) = (swell.gain(), oscillator.frequency());
        level.set_value(0.0);
        let begin = audio.current_time();
        let mut pair = 0.0;
        while pair < seconds {
            for (from, to, hertz) in NOTES {
                let (from, to) = (begin + pair + from, begin + pair + to);
                pitch.set_value_at_time(hertz, from)?;
                level.set_value_at_time(0.0, from)?;
                level.linear_ramp_to_value_at_time(1.0, from + SWELL)?;
                level.set_value_at_time(1.0, to - SWELL)?;
                level.linear_ramp_to_value_at_time(0.0, to)?;
            }
            pair += PERIOD;
        }
        oscillator.start()?;
        oscillator.stop_with_when(begin + seconds)?;
        Ok(Self { oscillator, gain })
    }
}

impl Drop for Tone {
    fn drop(&mut self) {
        let _ = self.oscillator.stop();
        let _ = self.gain.disconnect();
    }
}

/// Ears count in ratios: half the way is a quarter of the gain.
fn gain(volume: Volume) -> f32 {
    let part = f32::from(volume.percent()) / f32::from(Volume::MOST);
    part * part * LOUDEST
}
