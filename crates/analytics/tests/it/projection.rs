use keelson_analytics::{Kind, OrderLine};

use crate::kit::{analytics, kinds, t2_1, write};

#[tokio::test]
async fn a_month_has_a_file_once_it_is_finished() {
    let analytics = analytics();
    let file = write(&analytics, 202_603, "7", &t2_1()).await.unwrap();
    assert_eq!(file.path, "order_lines/month=202603/7.parquet");
    assert_eq!(
        (file.kind, file.month, file.rows),
        (Kind::OrderLines, 202_603, 6)
    );
    let found = analytics
        .month_file(file.kind, file.month, &file.path)
        .await
        .unwrap();
    assert_eq!(found, Some(file));
    assert_eq!(
        analytics
            .month_file(Kind::OrderLines, 202_603, "order_lines/8.parquet")
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        write::<OrderLine>(&analytics, 202_604, "7", &[]).await,
        None
    );
    assert_eq!(kinds().len(), 4);
}
