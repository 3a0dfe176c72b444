//! Reading what people type: one place for "trim it, take it, or say what is wrong with it".

use std::fmt::Display;

use crate::{Error, Field, Result};

/// Collects what is wrong with a form, field by field, so that a person hears all of it at once.
#[derive(Default)]
pub(super) struct Fields(Vec<Field>);

impl Fields {
    /// The value, or nothing and a remark on the field.
    pub(super) fn take<T>(
        &mut self,
        name: &'static str,
        read: Result<T, impl Display>,
    ) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(why) => {
                self.0.push(Field {
                    name: name.into(),
                    message: sentence(&why.to_string()),
                });
                None
            }
        }
    }

    /// Like `take` for a field that may be left empty.
    pub(super) fn optional<T, E: Display>(
        &mut self,
        name: &'static str,
        text: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        if text.trim().is_empty() {
            return None;
        }
        self.take(name, read(text))
    }

    pub(super) fn into_result<T>(self, value: T) -> Result<T> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(Error::Invalid(self.0))
        }
    }
}

/// One line of text with its spaces collapsed; nothing when it is empty.
pub(super) fn one_line(text: &str, most: usize) -> Result<Option<String>, String> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().any(char::is_control) {
        return Err("remove the control characters".to_owned());
    }
    if line.chars().count() > most {
        return Err(format!("use at most {most} characters"));
    }
    Ok(Some(line).filter(|line| !line.is_empty()))
}

/// One line that must not be empty; `what` completes "enter …".
pub(super) fn required_line(text: &str, most: usize, what: &str) -> Result<String, String> {
    one_line(text, most)?.ok_or_else(|| format!("enter {what}"))
}

/// Text of several lines that must not be empty. Line ends become plain ones, other control characters are refused.
pub(super) fn paragraphs(text: &str, most: usize, what: &str) -> Result<String, String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim();
    if text.is_empty() {
        return Err(format!("enter {what}"));
    }
    if text
        .chars()
        .any(|c| c.is_control() && c != '\n' && c != '\t')
    {
        return Err("remove the control characters".to_owned());
    }
    if text.chars().count() > most {
        return Err(format!("use at most {most} characters"));
    }
    Ok(text.to_owned())
}

/// A mail address as far as anybody can tell without sending mail to it, in lower case.
pub(super) fn email(text: &str) -> Result<String, String> {
    let text = text.trim().to_lowercase();
    let fits = text.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty()
            && host.contains('.')
            && !host.contains('@')
            && host.split('.').all(|label| !label.is_empty())
    });
    let plain = text
        .chars()
        .all(|c| !c.is_whitespace() && !c.is_control() && !"<>,;\"".contains(c));
    if fits && plain && text.len() <= 254 {
        Ok(text)
    } else {
        Err("enter a mail address, such as name@example.com".to_owned())
    }
}

/// A message as it stands under a field: with a capital letter.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_trimmed_bounded_and_free_of_control_characters() {
        assert_eq!(one_line("  a \t b ", 3), Ok(Some("a b".to_owned())));
        assert_eq!(one_line(" ", 3), Ok(None));
        assert!(one_line("abcd", 3).is_err());
        assert!(one_line("a\u{7}b", 9).is_err());
        assert_eq!(
            paragraphs(" a\r\n\r\nb ", 9, "a note"),
            Ok("a\n\nb".to_owned())
        );
        assert!(required_line("", 9, "a name").is_err());
    }

    #[test]
    fn mail_addresses_hold_no_header() {
        assert_eq!(email(" A@B.se "), Ok("a@b.se".to_owned()));
        for wrong in [
            "a",
            "a@b",
            "@b.se",
            "a@b@c.se",
            "a@b.se\nBcc: c@d.se",
            "a b@c.se",
        ] {
            assert!(email(wrong).is_err(), "{wrong}");
        }
    }
}
