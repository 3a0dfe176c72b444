//! The smallest components: icons, badges, tier and level marks, initials, deltas, bars. Each says in words what it shows
//! in colour and shape (convention 46).

use super::{
    format::{Locale, number, signed},
    html::{Html, esc},
};
use crate::assets::{asset_url, has_icon};

/// A Lucide icon, decorative: the words beside it carry the meaning. Names are listed in `web-assets/build.mjs`.
pub fn icon(name: &str) -> Html {
    icon_with(name, "")
}

/// A small icon, for buttons and chips.
pub fn icon_s(name: &str) -> Html {
    icon_with(name, "s")
}

/// An icon with classes of the style sheet: `s`, `inl`, `ok`, `warn`, `bad`, `dim`.
pub fn icon_with(name: &str, class: &str) -> Html {
    debug_assert!(
        has_icon(name),
        "the sprite has no icon {name:?}; add it in web-assets/build.mjs"
    );
    let gap = if class.is_empty() { "" } else { " " };
    Html::trusted(format!(
        "<svg class=\"icon{gap}{}\" aria-hidden=\"true\"><use href=\"{}#{}\"/></svg>",
        esc(class),
        asset_url("icons.svg"),
        esc(name)
    ))
}

/// What a badge, a notice or a mark says about its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Tone {
    #[default]
    Plain,
    Info,
    Ok,
    Warn,
    Bad,
}

impl Tone {
    pub fn class(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Info => "info",
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }

    /// A shape of its own for each tone.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Plain => "circle",
            Self::Info => "info",
            Self::Ok => "circle-check",
            Self::Warn => "triangle-alert",
            Self::Bad => "octagon-alert",
        }
    }
}

/// A word on a soft ground, with the tone's shape unless the tone is plain.
pub fn badge(text: &str, tone: Tone) -> Html {
    let mark = if tone == Tone::Plain {
        Html::default()
    } else {
        icon(tone.icon())
    };
    Html::trusted(format!(
        "<span class=\"badge {}\">{mark}{}</span>",
        tone.class(),
        esc(text)
    ))
}

/// A badge without shape, for a property rather than a state: "Shared with supplier".
pub fn badge_line(text: &str) -> Html {
    Html::trusted(format!("<span class=\"badge line\">{}</span>", esc(text)))
}

/// A supplier's tier: three bars filled by importance, then its name. `bars` is 3 for the most important, 0 for none.
pub fn tier(name: &str, bars: u8) -> Html {
    Html::trusted(format!(
        "<span class=\"tier\">{}{}</span>",
        tier_mark(bars),
        esc(name)
    ))
}

/// The mark of [`tier`] alone, for a summary or a legend.
pub fn tier_mark(bars: u8) -> Html {
    let on = |at: u8| if bars >= at { "on" } else { "" };
    Html::trusted(format!(
        "<svg viewBox=\"0 0 13 13\" aria-hidden=\"true\"><rect class=\"{}\" x=\"0\" y=\"8\" width=\"3.4\" height=\"5\" rx=\"1\"/>\
         <rect class=\"{}\" x=\"4.8\" y=\"4\" width=\"3.4\" height=\"9\" rx=\"1\"/>\
         <rect class=\"{}\" x=\"9.6\" y=\"0\" width=\"3.4\" height=\"13\" rx=\"1\"/></svg>",
        on(1),
        on(2),
        on(3)
    ))
}

/// A level of risk or urgency; each has a shape of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    Low,
    Medium,
    High,
}

/// A level with its shape and a word; the word is the caller's: "High", "Ends in 56 days", "Valid".
pub fn level(text: &str, level: Level) -> Html {
    let (class, shape) = match level {
        Level::Low => ("low", "<circle cx=\"6\" cy=\"6\" r=\"3.5\"/>"),
        Level::Medium => (
            "med",
            "<rect x=\"2\" y=\"2\" width=\"8\" height=\"8\" rx=\"1.5\" transform=\"rotate(45 6 6)\"/>",
        ),
        Level::High => ("high", "<path d=\"M6 .8 11.6 11H.4z\"/>"),
    };
    Html::trusted(format!(
        "<span class=\"level {class}\"><svg viewBox=\"0 0 12 12\" aria-hidden=\"true\">{shape}</svg>{}</span>",
        esc(text)
    ))
}

/// A grade letter in a box; the tone tells good from bad, the letter says it.
pub fn grade(letter: &str, tone: Tone) -> Html {
    Html::trusted(format!(
        "<span class=\"grade {}\"><span class=\"vh\">Grade </span>{}</span>",
        tone.class(),
        esc(letter)
    ))
}

/// Whether a rise is good news. A delta's arrow shows the direction, its colour the judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Better {
    Higher,
    Lower,
    Neither,
}

/// A change since the last period: arrow, signed number, colour by [`Better`].
pub fn delta(change: f64, decimals: usize, unit: &str, better: Better, locale: Locale) -> Html {
    let written = signed(change, decimals, locale);
    let is_change = written.starts_with(['+', '−']);
    if !is_change {
        return Html::trusted("<span class=\"delta\">no change</span>".to_owned());
    }
    let up = change > 0.0;
    let class = match better {
        Better::Neither => "",
        Better::Higher if up => "up",
        Better::Lower if !up => "up",
        _ => "down",
    };
    let (arrow, word) = if up {
        ("arrow-up", "up")
    } else {
        ("arrow-down", "down")
    };
    Html::trusted(format!(
        "<span class=\"delta {class}\">{}<span class=\"vh\">{word} </span>{}{}</span>",
        icon(arrow),
        esc(written.trim_start_matches(['+', '−'])),
        esc(unit)
    ))
}

/// A person's initials in a circle of a colour that stays theirs. Decorative: put the name beside it, or use [`person`].
pub fn avatar(name: &str) -> Html {
    Html::trusted(format!(
        "<span class=\"ava h{}\" aria-hidden=\"true\">{}</span>",
        hue(name),
        esc(&initials(name))
    ))
}

/// A larger [`avatar`].
pub fn avatar_md(name: &str) -> Html {
    Html::trusted(format!(
        "<span class=\"ava md h{}\" aria-hidden=\"true\">{}</span>",
        hue(name),
        esc(&initials(name))
    ))
}

/// Initials only, for a table cell: the name is the tooltip, and read aloud.
pub fn avatar_only(name: &str) -> Html {
    let escaped = esc(name);
    Html::trusted(format!(
        "<span data-tip=\"{escaped}\">{}<span class=\"vh\">{escaped}</span></span>",
        avatar(name)
    ))
}

/// A person: initials, then the name.
pub fn person(name: &str) -> Html {
    Html::trusted(format!(
        "<span class=\"person\">{}{}</span>",
        avatar(name),
        esc(name)
    ))
}

/// Two marks side by side that do not part, for a table cell: a spark and its change.
pub fn beside(first: Html, second: Html) -> Html {
    Html::trusted(format!("<span class=\"beside\">{first}{second}</span>"))
}

/// A company's initials in a square. Decorative, the name stands beside it.
pub fn monogram(name: &str) -> Html {
    Html::trusted(format!(
        "<span class=\"mono h{}\" aria-hidden=\"true\">{}</span>",
        hue(name),
        esc(&initials(name))
    ))
}

/// The large [`monogram`] of a record's head.
pub fn monogram_xl(name: &str) -> Html {
    Html::trusted(format!(
        "<span class=\"mono xl h{}\" aria-hidden=\"true\">{}</span>",
        hue(name),
        esc(&initials(name))
    ))
}

/// The first letters of the first two words: "Norrfjord Castings AB" is "NC".
pub fn initials(name: &str) -> String {
    let letters: String = name
        .split(|c: char| !c.is_alphanumeric())
        .filter_map(|word| word.chars().next())
        .take(2)
        .flat_map(char::to_uppercase)
        .collect();
    if letters.is_empty() {
        "?".to_owned()
    } else {
        letters
    }
}

/// One of five colours, always the same for the same name (FNV-1a, so that it never changes between releases).
fn hue(name: &str) -> u64 {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash % 5 + 1
}

/// A score out of 100 with a small bar; without one, the reason. The tone is the caller's judgement against the target.
pub fn score_bar(score: Option<f64>, tone: Tone, reason: &str, locale: Locale) -> Html {
    let Some(score) = score.filter(|score| score.is_finite()) else {
        return super::format::missing(reason);
    };
    Html::trusted(format!(
        "<span class=\"score {}\"><svg aria-hidden=\"true\"><rect class=\"trk\" width=\"100%\" height=\"100%\"/>\
         <rect class=\"val\" width=\"{:.1}%\" height=\"100%\"/></svg><span>{}</span></span>",
        tone.class(),
        score.clamp(0.0, 100.0),
        number(score, 1, locale)
    ))
}

/// A count of five as filled dots: likelihood and impact.
pub fn dots(filled: u8) -> Html {
    let mut marks = String::new();
    for i in 0..5 {
        let class = if i < filled { "on" } else { "off" };
        marks.push_str(&format!(
            "<rect class=\"{class}\" x=\"{}\" width=\"6\" height=\"8\" rx=\"1.5\"/>",
            u16::from(i) * 8
        ));
    }
    Html::trusted(format!(
        "<span class=\"dots\"><svg viewBox=\"0 0 40 8\" aria-hidden=\"true\">{marks}</svg><span class=\"vh\">{} of 5</span></span>",
        filled.min(5)
    ))
}

/// How far a longer task is, with numbers (convention 41). `of` unknown draws a bar without an end.
pub fn progress(label: &str, done: u64, of: Option<u64>, unit: &str, locale: Locale) -> Html {
    let write = |value: u64| super::format::count(value.try_into().unwrap_or(i64::MAX), locale);
    let (bar, words) = match of {
        Some(of) => (
            format!(
                "<progress max=\"{}\" value=\"{}\" aria-label=\"{}\"></progress>",
                of.max(1),
                done.min(of),
                esc(label)
            ),
            format!("{} of {} {}", write(done), write(of), esc(unit)),
        ),
        None => (
            format!("<progress aria-label=\"{}\"></progress>", esc(label)),
            format!("{} {}", write(done), esc(unit)),
        ),
    };
    Html::trusted(format!(
        "<div class=\"progress\"><div class=\"progress-words\"><b>{}</b><span class=\"num\">{words}</span></div>{bar}</div>",
        esc(label)
    ))
}

/// A text in fixed width: an id, a column name.
pub fn code(text: &str) -> Html {
    Html::trusted(format!("<code>{}</code>", esc(text)))
}

/// A block of text in fixed width with a button that copies it; it scrolls on its own.
pub fn code_block(label: &str, text: &str) -> Html {
    Html::trusted(format!(
        "<div class=\"code\"><pre tabindex=\"0\" role=\"group\" aria-label=\"{}\"><code>{}</code></pre>{}</div>",
        esc(label),
        esc(text),
        copy_button(text)
    ))
}

/// A button that copies a text; hidden where there is no script.
pub fn copy_button(text: &str) -> Html {
    Html::trusted(format!(
        "<button class=\"btn ghost sq js\" type=\"button\" data-copy=\"{}\" aria-label=\"Copy\" data-tip=\"Copy\">{}</button>",
        esc(text),
        icon_s("copy")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_and_colours_are_stable() {
        assert_eq!(initials("Norrfjord Castings AB"), "NC");
        assert_eq!(initials("Östra Hydraulik"), "ÖH");
        assert_eq!(initials("  "), "?");
        assert_eq!(avatar("Ingrid Lund"), avatar("Ingrid Lund"));
        assert_ne!(hue("Ingrid Lund"), 0);
    }

    #[test]
    fn hostile_text_is_escaped_in_every_mark() {
        let evil = "\"><script>alert(1)</script>";
        for html in [
            badge(evil, Tone::Bad),
            badge_line(evil),
            tier(evil, 3),
            level(evil, Level::High),
            grade(evil, Tone::Ok),
            person(evil),
            avatar_only(evil),
            monogram(evil),
            progress(evil, 1, Some(2), evil, Locale::EnGb),
            code_block(evil, evil),
            copy_button(evil),
            score_bar(None, Tone::Ok, evil, Locale::EnGb),
        ] {
            assert!(!html.as_str().contains("<script"), "{html}");
            assert!(!html.as_str().contains("\"><script"), "{html}");
        }
    }

    #[test]
    fn a_delta_judges_by_what_is_better() {
        assert!(
            delta(2.1, 1, "", Better::Higher, Locale::EnGb)
                .as_str()
                .contains("delta up")
        );
        assert!(
            delta(2.1, 1, " ppm", Better::Lower, Locale::EnGb)
                .as_str()
                .contains("delta down")
        );
        assert!(
            delta(-2.1, 1, "", Better::Lower, Locale::EnGb)
                .as_str()
                .contains("delta up")
        );
        assert!(
            delta(0.01, 1, "", Better::Higher, Locale::EnGb)
                .as_str()
                .contains("no change")
        );
    }

    #[test]
    fn a_missing_score_is_never_zero() {
        let html = score_bar(None, Tone::Ok, "too few order lines", Locale::EnGb);
        assert!(
            html.as_str().contains("too few order lines") && !html.as_str().contains('0'),
            "{html}"
        );
    }
}
