//! The languages of the page.
//!
//! Lives here: their tags, their own names, their direction, and which of them a browser's wishes lead to.
//! May not be here: asking the browser what it wishes.
//! Tags are those of BCP 47; a wish such as `de-CH` is met by its language, and its region keeps its formats.

/// A language of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English, which is part of the program.
    #[default]
    English,
    /// German.
    German,
    /// Arabic, written from right to left.
    Arabic,
}

impl Language {
    /// All of them, in the order of their tags' names for themselves.
    pub const ALL: [Language; 3] = [Language::German, Language::English, Language::Arabic];

    /// The tag: `lang` on the page, the name of the file.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
            Language::Arabic => "ar",
        }
    }

    /// What its speakers call it.
    pub fn own_name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::German => "Deutsch",
            Language::Arabic => "العربية",
        }
    }

    /// Whether it is written from right to left.
    pub fn is_right_to_left(self) -> bool {
        self == Language::Arabic
    }

    /// The language with this tag, whatever its region.
    pub fn of_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.has_tag(tag))
    }

    /// The first wish that can be met; English when none can.
    ///
    /// Wishes are tags with commas between them, best first.
    pub fn first_of(wishes: &str) -> Self {
        wishes.split(',').find_map(Self::of_tag).unwrap_or_default()
    }

    /// The first wish that can be met by what is offered; the first offer when none can.
    pub fn first_offered(offered: &[Self], wishes: &str) -> Self {
        let mut wishes = wishes.split(',').filter_map(Self::of_tag);
        let met = wishes.find(|language| offered.contains(language));
        met.or(offered.first().copied()).unwrap_or_default()
    }

    /// The tag with the region that the reader has wished for, as `en-US`: times and numbers differ by region.
    pub fn locale(self, wishes: &str) -> &str {
        let mut wishes = wishes.split(',');
        wishes.find(|wish| self.has_tag(wish)).unwrap_or(self.tag())
    }

    fn has_tag(self, tag: &str) -> bool {
        tag.split(['-', '_'])
            .next()
            .is_some_and(|language| language.eq_ignore_ascii_case(self.tag()))
    }
}
