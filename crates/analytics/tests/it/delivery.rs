use keelson_analytics::{By, Group, Request};
use keelson_methods::{kpi::Measure, missing::Missing};

use crate::kit::{analytics, day, load, measure, period, standard, t2_1, total};

#[tokio::test]
async fn t2_1_through_parquet() {
    let analytics = analytics();
    load(&analytics, &t2_1()).await;
    for (measure, numerator, denominator, n) in [
        (Measure::OnTimeDelivery, 2, 5, 5),
        (Measure::OtifLine, 2, 5, 5),
        (Measure::OtifQuantity, 1_235_000, 1_430_000, 5),
        (Measure::OtifOrder, 1, 4, 4),
    ] {
        let all = total(&analytics, &standard(measure), period("all"), "2026-03-31").await;
        assert_eq!(
            (all.rate.numerator, all.rate.denominator, all.rate.n),
            (numerator, denominator, n),
            "{measure}"
        );
        assert_eq!(all.value, Some(numerator as f64 / denominator as f64));
        // Line 6 is not due: left out, not failed.
        assert_eq!((all.left_out, all.unreported, all.raw), (1, 0, None));
        let march = total(
            &analytics,
            &standard(measure),
            period("2026-03"),
            "2026-03-31",
        )
        .await;
        assert_eq!((march.rate, march.left_out), (all.rate, 0));
    }
}
