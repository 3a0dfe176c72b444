//! What PostgreSQL's COPY and SQLite's long INSERT write is what was read, whatever the texts hold.

use keelson_domain::{Result, ingest::State};
use keelson_testkit::{TestDb, db_test};

use super::{load, rows};

const DOCUMENT: &str = r#"
kind = "order-lines"
source = "ERP"
[fields.order_number]
columns = ["po"]
[fields.line_number]
columns = ["line"]
[fields.supplier_name]
columns = ["vendor"]
[fields.description]
columns = ["text"]
[fields.category]
columns = ["category"]
[fields.quantity]
columns = ["quantity"]
[fields.requested_on]
columns = ["due"]
"#;

/// Texts that an unescaped line of COPY would read otherwise.
const TEXTS: [&str; 12] = [
    r"\N",
    r"\\N",
    r"\.",
    r"back\slash and \t no tab",
    "quote \" and 'apostrophe'",
    "comma, semicolon; and bar |",
    "{braces} $1 ? %s",
    "Jönköping 東京 🚚",
    "NULL",
    "trailing backslash\\",
    "-- no comment; DROP TABLE order_lines",
    "\u{feff}mark",
];

#[db_test]
async fn every_text_comes_back_as_it_was_read(t: TestDb) -> Result<()> {
    // Enough text for several sends of COPY, and more than one batch.
    let padding = "long ".repeat(40);
    let count = 12_000;
    let mut lines = Vec::with_capacity(count);
    for at in 0..count {
        let text = format!("{} {padding}{at}", TEXTS[at % TEXTS.len()]);
        lines.push(serde_json::json!({
            "po": format!("{}{}", TEXTS[(at / TEXTS.len()) % TEXTS.len()], at),
            "line": "1",
            "vendor": format!("Vendor {}", at % 7),
            "text": text,
            "category": if at % 3 == 0 { serde_json::Value::Null } else { TEXTS[at % TEXTS.len()].into() },
            "quantity": 1 + at,
            "due": if at % 5 == 0 { serde_json::Value::Null } else { "2024-02-29".into() },
        }));
    }
    let text = serde_json::to_string(&lines).unwrap();
    let import = load(&t, "lines.json", text, DOCUMENT).await?;
    assert_eq!(import.state, State::Done, "{:?}", import.failure);
    assert_eq!(
        (import.counts.inserted, import.counts.rejected),
        (count as u64, 0)
    );
    let stored = rows(
        &t,
        "SELECT source_key, description, category, quantity_milli, requested_on, month FROM order_lines ORDER BY id",
    )
    .await?;
    assert_eq!(stored.len(), count);
    for (row, line) in stored.iter().zip(&lines) {
        assert_eq!(
            row["source_key"],
            format!("{}/1", line["po"].as_str().unwrap().trim())
        );
        assert_eq!(row["description"], line["text"]);
        assert_eq!(row["category"], line["category"]);
        assert_eq!(
            row["quantity_milli"],
            line["quantity"].as_i64().unwrap() * 1_000
        );
        let due = line["due"].as_str();
        assert_eq!(row["requested_on"].as_i64(), due.map(|_| 19_782));
        assert_eq!(row["month"], due.map_or(0, |_| 202_402));
    }
    Ok(())
}
