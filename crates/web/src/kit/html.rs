//! Markup that may be printed as it is, and the only ways to make it.

use std::fmt;

use askama::{FastWritable, Values, filters::HtmlSafe};

/// Markup whose texts are escaped already; a template prints it unchanged.
///
/// Text becomes `Html` by being escaped (`Html::from("A & B")`), a component by being rendered. There is no way
/// to declare a string of unknown origin safe from outside the kit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// Renders a component once, to be placed in another component's slot.
    pub fn of(component: impl HtmlSafe) -> Self {
        Self(component.to_string())
    }

    /// For the kit's own markup, whose every text went through [`esc`].
    pub(crate) fn trusted(markup: String) -> Self {
        Self(markup)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// This markup, then that.
    pub fn then(mut self, next: impl Into<Html>) -> Self {
        self.0.push_str(&next.into().0);
        self
    }
}

/// Escapes a text for element content and for a quoted attribute.
pub(crate) fn esc(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

impl From<&str> for Html {
    fn from(text: &str) -> Self {
        Self(esc(text))
    }
}

impl From<String> for Html {
    fn from(text: String) -> Self {
        Self(esc(&text))
    }
}

impl From<&String> for Html {
    fn from(text: &String) -> Self {
        Self(esc(text))
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}

impl FastWritable for Html {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn Values) -> askama::Result<()> {
        dest.write_str(&self.0)?;
        Ok(())
    }
}
