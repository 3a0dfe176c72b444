//! Panels of a record: key figures, the "Why" behind a score or tier, properties, timeline, steps, changes, notices.

use askama::{Template, filters::HtmlSafe};

use super::{
    format,
    html::Html,
    marks::{self, Tone},
};

/// The strip of key figures above a record's tabs.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<section class="kpis kpis-{{ figures.len() }}" aria-label="{{ label }}">{% for figure in figures %}{{ figure }}{% endfor %}</section>"#
)]
pub struct Figures {
    pub label: String,
    pub figures: Vec<Figure>,
}

impl Figures {
    pub fn new(figures: Vec<Figure>) -> Self {
        Self {
            label: "Key figures".to_owned(),
            figures,
        }
    }
}

/// One key figure. With an address the whole cell leads to the lines behind it.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"{% if let Some(href) = href %}<a class="kpi" href="{{ href }}">{% else %}<div class="kpi">{% endif %}<span class="k">{{ label }}</span><span class="v num">{{ value }}{% if !unit.is_empty() %}<small>{{ unit }}</small>{% endif %}</span>{{ spark }}<span class="n">{{ note }}</span>{% if href.is_some() %}</a>{% else %}</div>{% endif %}"#
)]
pub struct Figure {
    label: String,
    value: Html,
    unit: String,
    spark: Html,
    note: Html,
    href: Option<String>,
}

impl Figure {
    pub fn new(label: impl Into<String>, value: impl Into<Html>) -> Self {
        Self {
            label: label.into(),
            value: value.into(),
            unit: String::new(),
            spark: Html::default(),
            note: Html::default(),
            href: None,
        }
    }

    /// A figure that is not known, with the reason; never 0.
    pub fn missing(label: impl Into<String>, reason: &str) -> Self {
        Self::new(label, format::missing(reason)).note(reason)
    }

    /// Set smaller behind the figure: "m", "%", "days".
    pub fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = unit.into();
        self
    }

    /// A drawing from `charts::spark`.
    pub fn spark(mut self, spark: Html) -> Self {
        self.spark = spark;
        self
    }

    /// The line below: a delta, the target, the count behind the figure. Called again it adds, with a space between.
    pub fn note(mut self, note: impl Into<Html>) -> Self {
        if !self.note.is_empty() {
            self.note = self.note.then(" ");
        }
        self.note = self.note.then(note);
        self
    }

    /// The lines behind the figure (every figure on a page opens to them).
    pub fn href(mut self, href: impl ToString) -> Self {
        self.href = Some(href.to_string());
        self
    }
}

/// The reason behind a score, a tier or a deadline: opens by keyboard, works without script, Esc closes it
/// (convention 29). The summary is the value itself.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<details class="pop why-pop"{% if open %} open{% endif %}><summary class="tier tier-pill">{{ summary }}<span class="why-link">Why?<span class="vh"> {{ question }}</span></span></summary><div class="pop-panel wide"><div class="why"><div><b>{{ title }}</b>{% if !text.is_empty() %}<p class="t2 sm">{{ text }}</p>{% endif %}</div>{% if !parts.is_empty() %}<table><caption class="vh">{{ question }}</caption><thead class="vh"><tr><th scope="col">Part</th><th scope="col">Share</th><th scope="col">Points</th></tr></thead><tbody>{% for part in parts %}<tr><th scope="row"><span class="two"><span>{{ part.name }}</span><small class="t3">{% if let Some(href) = part.href %}<a href="{{ href }}">{{ part.source }}</a>{% else %}{{ part.source }}{% endif %}</small></span></th><td class="bar-cell">{% if let Some(share) = part.share %}{{ crate::charts::bar(**share, crate::charts::Ink::One, None) }}{% endif %}</td><td class="r">{{ part.points }}</td></tr>{% endfor %}</tbody>{% if let Some(total) = total %}<tfoot><tr><th scope="row" colspan="2">Total</th><td class="r">{{ total }}</td></tr></tfoot>{% endif %}</table>{% endif %}{% if !next.is_empty() %}<div><b>What would have to change</b><ul class="why-next">{% for step in next %}<li>{{ step }}</li>{% endfor %}</ul></div>{% endif %}{% if let Some((label, href)) = rules %}<p class="xs t3"><a href="{{ href }}">{{ label }}</a></p>{% endif %}</div></div></details>"#
)]
pub struct Why {
    /// What stands closed: a tier mark and name, a score.
    pub summary: Html,
    /// Read aloud behind "Why?": "Show how the tier was set".
    pub question: String,
    pub title: String,
    pub text: String,
    pub parts: Vec<WhyPart>,
    pub total: Option<String>,
    /// What would have to change for the next tier or grade, a sentence each.
    pub next: Vec<String>,
    /// Label and address of the rule book.
    pub rules: Option<(String, String)>,
    pub open: bool,
}

impl Why {
    pub fn new(
        summary: impl Into<Html>,
        question: impl Into<String>,
        title: impl Into<String>,
    ) -> Self {
        Self {
            summary: summary.into(),
            question: question.into(),
            title: title.into(),
            text: String::new(),
            parts: Vec::new(),
            total: None,
            next: Vec::new(),
            rules: None,
            open: false,
        }
    }
}

/// One part of a score, with the figure it comes from.
#[derive(Debug, Clone, Default)]
pub struct WhyPart {
    pub name: String,
    /// The source figure in words: "€4.82m a year, first of 412".
    pub source: String,
    /// The lines behind the source figure.
    pub href: Option<String>,
    /// Points reached of points possible, 0 to 1; none where the part is missing.
    pub share: Option<f64>,
    /// "28.5 of 30", or why there is none.
    pub points: Html,
}

/// A list of properties: term and definition.
#[derive(Debug, Clone, Default, Template)]
#[template(
    ext = "html",
    source = r#"<dl class="props{% if tight %} tight{% endif %}">{% for (term, value) in rows %}<dt>{{ term }}</dt><dd>{{ value }}</dd>{% endfor %}</dl>"#
)]
pub struct Props {
    pub rows: Vec<(String, Html)>,
    pub tight: bool,
}

impl Props {
    pub fn row(mut self, term: impl Into<String>, value: impl Into<Html>) -> Self {
        self.rows.push((term.into(), value.into()));
        self
    }

    /// A property that may be missing, with the reason.
    pub fn row_or(
        self,
        term: impl Into<String>,
        value: Option<impl Into<Html>>,
        reason: &str,
    ) -> Self {
        let value = value.map_or_else(|| format::missing(reason), Into::into);
        self.row(term, value)
    }
}

/// A record's timeline, newest first: notes, changes and plans together (convention 30).
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"{% for (heading, entries) in days %}<h3 class="feed-day">{{ heading }}</h3><ol class="feed">{% for entry in entries %}{{ entry }}{% endfor %}</ol>{% endfor %}"#
)]
pub struct Timeline {
    /// Under headings: "Today", "Last week".
    pub days: Vec<(String, Vec<Entry>)>,
}

/// One event of a [`Timeline`].
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<li>{% if let Some(who) = who %}{{ marks::avatar(who.as_str()) }}{% else %}<span class="knob">{{ marks::icon(icon) }}</span>{% endif %}<div><div class="what">{% if let Some(who) = who %}<b>{{ who }}</b> {% endif %}{{ what }} <span class="when">{{ when }}</span></div>{% if let Some(note) = note %}<div class="note">{{ note }}</div>{% endif %}</div></li>"#
)]
pub struct Entry {
    /// Who did it; the system's own events show their icon.
    pub who: Option<String>,
    pub icon: &'static str,
    pub what: Html,
    pub when: Html,
    pub note: Option<String>,
}

/// The steps of a wizard.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<nav class="steps" aria-label="{{ label }}"><ol class="steps-list">{% for step in steps %}<li class="{% if loop.index0 < current %}done{% else if loop.index0 == current %}now{% endif %}"{% if loop.index0 == current %} aria-current="step"{% endif %}><span class="step-n" aria-hidden="true">{% if loop.index0 < current %}{{ marks::icon_s("check") }}{% else %}{{ loop.index }}{% endif %}</span>{% if loop.index0 < current %}{% if let Some(href) = step.1 %}<a href="{{ href }}">{{ step.0 }}</a>{% else %}{{ step.0 }}{% endif %}<span class="vh"> done</span>{% else %}{{ step.0 }}{% endif %}</li>{% endfor %}</ol></nav>"#
)]
pub struct Steps {
    pub label: String,
    /// Name, and the address to go back to.
    pub steps: Vec<(String, Option<String>)>,
    /// From 0.
    pub current: usize,
}

/// What a change did, field by field.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<div class="scroll-x" tabindex="0" role="group" aria-label="{{ caption }}"><table class="tbl diff"><caption class="vh">{{ caption }}</caption><thead><tr><th scope="col">Field</th><th scope="col">Before</th><th scope="col">After</th></tr></thead><tbody>{% for row in rows %}<tr{% if row.before != row.after %} class="changed"{% endif %}><th scope="row">{{ row.field }}</th><td>{% if let Some(before) = row.before %}{% if row.before != row.after %}<del>{{ before }}</del>{% else %}{{ before }}{% endif %}{% else %}{{ format::missing("not set") }}{% endif %}</td><td>{% if let Some(after) = row.after %}{% if row.before != row.after %}<ins>{{ after }}</ins>{% else %}{{ after }}{% endif %}{% else %}{{ format::missing("not set") }}{% endif %}</td></tr>{% endfor %}</tbody></table></div>"#
)]
pub struct Diff {
    pub caption: String,
    pub rows: Vec<DiffRow>,
}

#[derive(Debug, Clone, Default)]
pub struct DiffRow {
    pub field: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// A boxed remark within a page.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<div class="notice {{ tone.class() }}">{{ marks::icon(tone.icon()) }}<div>{% if !title.is_empty() %}<b>{{ title }}</b> {% endif %}{{ text }}</div></div>"#
)]
pub struct Notice {
    pub tone: Tone,
    pub title: String,
    pub text: Html,
}

impl Notice {
    pub fn new(tone: Tone, title: impl Into<String>, text: impl Into<Html>) -> Self {
        Self {
            tone,
            title: title.into(),
            text: text.into(),
        }
    }
}

/// A choice between a few views of the same page, as links drawn as one control: "Quarter", "12 months".
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<nav class="seg" aria-label="{{ label }}">{% for (text, href, current) in choices %}<a href="{{ href }}"{% if *current %} aria-current="true"{% endif %}>{{ text }}</a>{% endfor %}</nav>"#
)]
pub struct Segments {
    pub label: String,
    /// Text, address, whether it is the current one.
    pub choices: Vec<(String, String, bool)>,
}

/// What the palette finds: `GET /search?q=` answers with it.
#[derive(Debug, Clone, Default, Template)]
#[template(
    ext = "html",
    source = r#"{% if !hits.is_empty() %}<div role="group" aria-labelledby="palette-found"><h3 role="presentation" id="palette-found">Found</h3>{% for hit in hits %}<a role="option" href="{{ hit.href }}">{% if let Some(icon) = hit.icon %}{{ marks::icon(icon) }}{% else %}{{ marks::monogram(hit.text.as_str()) }}{% endif %}<span class="cut">{{ hit.text }}</span><span class="hint">{{ hit.hint }}</span></a>{% endfor %}</div>{% endif %}"#
)]
pub struct SearchHits {
    pub hits: Vec<SearchHit>,
}

#[derive(Debug, Clone, Default)]
pub struct SearchHit {
    pub text: String,
    /// What it is: "Supplier, S-00118".
    pub hint: String,
    pub href: String,
    /// Without one, a company's initials.
    pub icon: Option<&'static str>,
}

impl HtmlSafe for Figures {}
impl HtmlSafe for Figure {}
impl HtmlSafe for Why {}
impl HtmlSafe for Props {}
impl HtmlSafe for Timeline {}
impl HtmlSafe for Entry {}
impl HtmlSafe for Steps {}
impl HtmlSafe for Diff {}
impl HtmlSafe for Notice {}
impl HtmlSafe for Segments {}
impl HtmlSafe for SearchHits {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_figure_gives_its_reason_and_no_zero() {
        let html = Figure::missing("On-time delivery", "no receipts in the period").to_string();
        assert!(
            html.contains("no receipts in the period") && !html.contains('0'),
            "{html}"
        );
    }

    #[test]
    fn a_why_panel_is_a_details_element_and_escapes_its_sources() {
        let mut why = Why::new(
            marks::tier("Strategic", 3),
            "Show how the tier was set",
            "86.5 points",
        );
        why.parts.push(WhyPart {
            name: "Spend".into(),
            source: "<b>€4.82m</b>".into(),
            share: Some(0.95),
            ..WhyPart::default()
        });
        let html = why.to_string();
        assert!(
            html.starts_with("<details") && html.contains("&#60;b&#62;€4.82m"),
            "{html}"
        );
    }

    #[test]
    fn the_current_step_is_marked() {
        let steps = ["Upload", "Map", "Preview"]
            .map(|name| (name.to_owned(), None))
            .to_vec();
        let html = Steps {
            label: "Import".into(),
            steps,
            current: 1,
        }
        .to_string();
        assert_eq!(html.matches(r#"aria-current="step""#).count(), 1, "{html}");
        assert!(html.contains(r#"<li class="done">"#), "{html}");
    }

    #[test]
    fn a_change_shows_before_and_after() {
        let rows = vec![DiffRow {
            field: "City".into(),
            before: None,
            after: Some("Ghent".into()),
        }];
        let html = Diff {
            caption: "Changes".into(),
            rows,
        }
        .to_string();
        assert!(
            html.contains("<ins>Ghent</ins>") && html.contains("not set"),
            "{html}"
        );
    }
}
