use std::sync::Arc;

use futures::TryStreamExt;
use keelson_analytics::{Analytics, Inspection, InvoiceLine, Kind, Limits, OrderLine, Receipt};
use keelson_methods::kpi::Measure;
use object_store::{ObjectStore, memory::InMemory};

use crate::kit::{analytics, day, line, period, standard, t2_1, total, write};

async fn stored(analytics: &Analytics) -> Vec<String> {
    let files: Vec<_> = analytics.store().list(None).try_collect().await.unwrap();
    files
        .into_iter()
        .map(|file| file.location.to_string())
        .collect()
}

#[tokio::test]
async fn a_month_has_a_file_once_it_is_finished() {
    let analytics = analytics();
    let file = write(&analytics, 202_603, "7", &t2_1()).await.unwrap();
    assert_eq!(file.path, "order_lines/month=202603/7.parquet");
    assert_eq!(
        (file.kind, file.month, file.rows),
        (Kind::OrderLines, 202_603, 6)
    );
    let size = analytics
        .store()
        .list(None)
        .try_next()
        .await
        .unwrap()
        .unwrap()
        .size;
    assert_eq!(file.bytes, size);
    // An empty month has none.
    assert_eq!(
        write::<OrderLine>(&analytics, 202_604, "7", &[]).await,
        None
    );
    assert_eq!(write::<Receipt>(&analytics, 0, "7", &[]).await, None);
    assert_eq!(
        stored(&analytics).await,
        ["order_lines/month=202603/7.parquet"]
    );
}

#[tokio::test]
async fn an_abandoned_month_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let store = object_store::local::LocalFileSystem::new_with_prefix(folder.path()).unwrap();
    let analytics = Analytics::new(Arc::new(store)).unwrap();
    let mut writer = analytics.write_month::<OrderLine>(202_603, "7");
    writer.push(&t2_1()).await.unwrap();
    drop(writer);
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert!(stored(&analytics).await.is_empty());
}

#[tokio::test]
async fn questions_read_exactly_the_current_files() {
    let analytics = analytics();
    let otif = standard(Measure::OtifLine);
    let ask = async || {
        total(&analytics, &otif, period("all"), "2026-03-31")
            .await
            .rate
            .n
    };
    let first = write(&analytics, 202_603, "1", &t2_1()).await.unwrap();
    assert_eq!(ask().await, 0, "written is not yet current");
    analytics.set_months(Kind::OrderLines, vec![first.clone()]);
    assert_eq!(ask().await, 5);
    let second = write(&analytics, 202_603, "2", &t2_1()[..2]).await.unwrap();
    let other = write(
        &analytics,
        202_602,
        "1",
        &[line(10, "Z", 1, "2026-02-01", &[])],
    )
    .await
    .unwrap();
    assert_eq!(ask().await, 5);
    analytics.set_months(Kind::OrderLines, vec![second, other]);
    assert_eq!(ask().await, 3);
    analytics.forget([&first.path]).await.unwrap();
    analytics.forget([&first.path]).await.unwrap();
    assert_eq!(stored(&analytics).await.len(), 2);
    assert_eq!(ask().await, 3);
    analytics.set_months(Kind::OrderLines, Vec::new());
    assert_eq!(ask().await, 0);
}

#[tokio::test]
async fn a_month_larger_than_the_memory_is_sorted_on_disk() {
    let limits = Limits {
        memory: 24 << 20,
        threads: 1,
        spill: None,
    };
    let analytics = Analytics::with_limits(Arc::new(InMemory::new()), limits).unwrap();
    let mut writer = analytics.write_month::<OrderLine>(202_603, "1");
    let described =
        "A description of some length, so that the lines fill the memory they may use. ".repeat(4);
    let rows = 60_000_i64;
    for chunk in 0..rows / 2_000 {
        let lines: Vec<OrderLine> = (chunk * 2_000..(chunk + 1) * 2_000)
            .map(|id| OrderLine {
                supplier: id * 7_919 % 1_000,
                description: Some(format!("{described}{id}")),
                ..line(id, "A", 10, "2026-03-10", &[("2026-03-10", 10)])
            })
            .collect();
        writer.push(&lines).await.unwrap();
    }
    let file = writer.finish().await.unwrap().unwrap();
    assert_eq!(file.rows, rows as u64);
    analytics.set_months(Kind::OrderLines, vec![file]);
    let otif = total(
        &analytics,
        &standard(Measure::OtifLine),
        period("2026-03"),
        "2026-03-31",
    )
    .await;
    assert_eq!((otif.rate.numerator, otif.rate.denominator), (rows, rows));
}

#[tokio::test]
async fn files_may_be_of_any_kind_and_month() {
    let analytics = analytics();
    let inspection = Inspection {
        received_on: Some(day("2026-03-01")),
        ..Inspection::default()
    };
    let invoice = InvoiceLine {
        currency: "EUR".to_owned(),
        ..InvoiceLine::default()
    };
    assert_eq!(
        write(&analytics, 0, "1", &[inspection]).await.unwrap().path,
        "inspections/month=000000/1.parquet"
    );
    assert_eq!(
        write(&analytics, 202_612, "1", &[invoice])
            .await
            .unwrap()
            .kind,
        Kind::InvoiceLines
    );
    for kind in Kind::ALL {
        assert_eq!(Kind::parse(kind.code()), Some(kind));
    }
    assert_eq!(Kind::parse("orders"), None);
}
