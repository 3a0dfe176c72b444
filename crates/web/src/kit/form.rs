//! Forms in the manner of GOV.UK: validated on submit, one summary that takes the focus, each error beside its field in
//! the same words, answers kept. A page keeps its answers and [`Errors`] and asks for fields by name.

use askama::{Template, filters::HtmlSafe};

/// What needs fixing, field by field, in the order of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Errors(Vec<(String, String)>);

impl Errors {
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds a sentence in the person's words: "Enter an end date, for example 31 January 2029".
    pub fn add(&mut self, field: &str, text: impl Into<String>) {
        self.0.push((field.to_owned(), text.into()));
    }

    pub fn with(mut self, field: &str, text: impl Into<String>) -> Self {
        self.add(field, text);
        self
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first error of a field.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(name, _)| name == field)
            .map(|(_, text)| text.as_str())
    }

    /// The summary that stands above the form; prints nothing when there is nothing to fix.
    pub fn summary(&self) -> ErrorSummary {
        ErrorSummary {
            errors: self.0.clone(),
        }
    }
}

/// See [`Errors::summary`].
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r##"{% if !errors.is_empty() %}<div class="err-sum" role="alert" tabindex="-1" id="err-sum" autofocus><h2>{% if errors.len() == 1 %}One answer needs fixing{% else %}{{ errors.len() }} answers need fixing{% endif %}</h2><ul>{% for (field, text) in errors %}<li><a href="#{{ field }}">{{ text }}</a></li>{% endfor %}</ul></div>{% endif %}"##
)]
pub struct ErrorSummary {
    errors: Vec<(String, String)>,
}

/// One question of a form: label, hint, error and the control, wired to each other by id. The name is also the id.
#[derive(Debug, Clone, Template)]
#[template(path = "kit/field.html")]
pub struct Field {
    name: String,
    label: String,
    control: Control,
    value: String,
    hint: Option<String>,
    error: Option<String>,
    width: &'static str,
    optional: bool,
    autocomplete: Option<&'static str>,
}

#[derive(Debug, Clone)]
enum Control {
    Input {
        kind: &'static str,
        inputmode: Option<&'static str>,
        right: bool,
    },
    TextArea {
        rows: u8,
    },
    Select {
        options: Vec<Choice>,
    },
    Radios {
        options: Vec<Choice>,
    },
    Checks {
        options: Vec<Choice>,
        chosen: Vec<String>,
    },
    File {
        accept: String,
        several: bool,
    },
}

/// One answer to choose.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub hint: Option<String>,
}

impl Choice {
    pub fn new(value: impl ToString, label: impl Into<String>) -> Self {
        Self {
            value: value.to_string(),
            label: label.into(),
            hint: None,
        }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl Field {
    /// One line of text.
    pub fn text(name: &str, label: &str) -> Self {
        Self::of(
            name,
            label,
            Control::Input {
                kind: "text",
                inputmode: None,
                right: false,
            },
        )
    }

    pub fn email(name: &str, label: &str) -> Self {
        Self::of(
            name,
            label,
            Control::Input {
                kind: "email",
                inputmode: None,
                right: false,
            },
        )
    }

    /// A password; its value is never sent back to the browser.
    pub fn password(name: &str, label: &str) -> Self {
        Self::of(
            name,
            label,
            Control::Input {
                kind: "password",
                inputmode: None,
                right: false,
            },
        )
    }

    /// A number, typed as text so that "4 800 000" and "4,5" can be understood rather than swallowed by the browser.
    pub fn number(name: &str, label: &str) -> Self {
        Self::of(
            name,
            label,
            Control::Input {
                kind: "text",
                inputmode: Some("decimal"),
                right: true,
            },
        )
        .half()
    }

    /// A date that can be typed (convention 38): "31 Jan 2027", "31.1.2027" or "2027-01-31".
    pub fn date(name: &str, label: &str) -> Self {
        Self::of(
            name,
            label,
            Control::Input {
                kind: "text",
                inputmode: None,
                right: false,
            },
        )
        .hint("For example 31 Jan 2027")
        .half()
    }

    pub fn text_area(name: &str, label: &str, rows: u8) -> Self {
        Self::of(name, label, Control::TextArea { rows })
    }

    pub fn select(name: &str, label: &str, options: Vec<Choice>) -> Self {
        Self::of(name, label, Control::Select { options }).half()
    }

    pub fn radios(name: &str, label: &str, options: Vec<Choice>) -> Self {
        Self::of(name, label, Control::Radios { options })
    }

    /// Any number of answers.
    pub fn checks(name: &str, label: &str, options: Vec<Choice>, chosen: Vec<String>) -> Self {
        Self::of(name, label, Control::Checks { options, chosen })
    }

    /// A single yes or no; the value sent is `on`.
    pub fn check(name: &str, label: &str, on: bool) -> Self {
        let chosen = if on {
            vec!["on".to_owned()]
        } else {
            Vec::new()
        };
        Self::of(
            name,
            "",
            Control::Checks {
                options: vec![Choice::new("on", label)],
                chosen,
            },
        )
    }

    /// `accept` is the browser's list: ".csv,.xlsx".
    pub fn file(name: &str, label: &str, accept: &str) -> Self {
        Self::of(
            name,
            label,
            Control::File {
                accept: accept.to_owned(),
                several: false,
            },
        )
    }

    /// Takes several files at once.
    pub fn several(mut self) -> Self {
        if let Control::File { several, .. } = &mut self.control {
            *several = true;
        }
        self
    }

    fn of(name: &str, label: &str, control: Control) -> Self {
        Self {
            name: name.to_owned(),
            label: label.to_owned(),
            control,
            value: String::new(),
            hint: None,
            error: None,
            width: "",
            optional: false,
            autocomplete: None,
        }
    }

    /// What was answered before; kept when the form comes back with errors.
    pub fn value(mut self, value: impl ToString) -> Self {
        let is_secret = matches!(
            self.control,
            Control::Input {
                kind: "password",
                ..
            }
        );
        if !is_secret {
            self.value = value.to_string();
        }
        self
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Takes this field's error out of the form's.
    pub fn error(mut self, errors: &Errors) -> Self {
        self.error = errors.of(&self.name).map(str::to_owned);
        self
    }

    /// Adds "(optional)" to the label; what is not marked is required.
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Half the width of the form, for short answers.
    pub fn half(mut self) -> Self {
        self.width = "half";
        self
    }

    /// The browser's own memory: "email", "current-password", "new-password", "name", "one-time-code".
    pub fn autocomplete(mut self, what: &'static str) -> Self {
        self.autocomplete = Some(what);
        self
    }

    fn described_by(&self) -> String {
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.name));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.name));
        [hint, error]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn is_group(&self) -> bool {
        matches!(
            self.control,
            Control::Radios { .. } | Control::Checks { .. }
        )
    }
}

/// The bar at a form's end: Cancel, and the one primary action, which is never disabled (convention 36).
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<div class="save-bar"><span class="sm t2">{{ note }}</span><span class="grow"></span>{% if let Some(href) = cancel %}<a class="btn ghost" href="{{ href }}">Cancel</a>{% endif %}<button class="btn primary" type="submit">{{ action }}</button></div>"#
)]
pub struct SaveBar {
    /// Verb and noun: "Save supplier" (convention 32).
    pub action: String,
    pub cancel: Option<String>,
    pub note: String,
}

impl SaveBar {
    pub fn new(action: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            cancel: None,
            note: String::new(),
        }
    }

    pub fn cancel(mut self, href: impl ToString) -> Self {
        self.cancel = Some(href.to_string());
        self
    }

    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

impl HtmlSafe for ErrorSummary {}
impl HtmlSafe for Field {}
impl HtmlSafe for SaveBar {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_with_an_error_is_wired_to_it() {
        let errors = Errors::none().with("end", "Enter an end date, for example 31 January 2029");
        let html = Field::date("end", "Ends")
            .value("<soon>")
            .error(&errors)
            .to_string();
        assert!(
            html.contains(r#"aria-describedby="end-hint end-error""#),
            "{html}"
        );
        assert!(
            html.contains(r#"aria-invalid="true""#) && html.contains(r#"id="end-error""#),
            "{html}"
        );
        assert!(
            html.contains("&#60;soon&#62;"),
            "the answer is kept, escaped: {html}"
        );
        assert_eq!(errors.of("start"), None);
    }

    #[test]
    fn a_summary_links_to_its_fields_and_is_silent_without_errors() {
        assert_eq!(Errors::none().summary().to_string(), "");
        let html = Errors::none()
            .with("name", "Enter the supplier's name")
            .summary()
            .to_string();
        assert!(
            html.contains(r##"href="#name""##) && html.contains("One answer needs fixing"),
            "{html}"
        );
    }

    #[test]
    fn a_password_never_comes_back() {
        let html = Field::password("password", "Password")
            .value("hunter2")
            .to_string();
        assert!(!html.contains("hunter2"), "{html}");
    }

    #[test]
    fn chosen_answers_stay_chosen() {
        let options = vec![Choice::new("a", "A"), Choice::new("b", "B")];
        let select = Field::select("kind", "Kind", options.clone())
            .value("b")
            .to_string();
        assert!(
            select.contains(r#"<option value="b" selected>"#),
            "{select}"
        );
        let checks = Field::checks("kinds", "Kinds", options, vec!["a".to_owned()]).to_string();
        assert_eq!(checks.matches(" checked").count(), 1, "{checks}");
    }
}
