use std::{
    future::Future,
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use keelson_domain::{
    Keelson,
    access::{Organisation, Passwords, Secret},
};
use rand::{SeedableRng, rngs::StdRng};
use tokio::sync::watch;

use super::Outbox;
use crate::{
    Result,
    kit::{BareShell, Locale},
};

/// What every handler works with: `State(app): State<App>`. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// What [`App`] dereferences to.
pub struct Inner {
    pub keelson: Keelson,
    pub passwords: Passwords,
    pub site: Site,
    pub outbox: Arc<dyn Outbox>,
    chance: Mutex<StdRng>,
    set_up: Secret,
    under_way: watch::Sender<usize>,
}

/// Where this Keelson is reached from outside. Links are built from it, never from what a request says about itself.
#[derive(Clone, Debug)]
pub struct Site {
    /// Scheme and authority without a slash at the end: `https://srm.example.com`.
    base: String,
    /// Whether a proxy in front says who the visitor is, in `X-Forwarded-For`.
    pub behind_proxy: bool,
}

impl Site {
    /// Reads an address such as `http://127.0.0.1:8080` or `https://srm.example.com`.
    pub fn parse(address: &str) -> Result<Self, String> {
        let base = address.trim_end_matches('/');
        let authority = base
            .strip_prefix("https://")
            .or_else(|| base.strip_prefix("http://"));
        let is_plain = authority.is_some_and(|text| {
            !text.is_empty()
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-.:[]".contains(c))
        });
        if !is_plain {
            return Err(format!(
                "\"{address}\" is not an address such as https://srm.example.com: scheme and host, without a path"
            ));
        }
        Ok(Self {
            base: base.to_ascii_lowercase(),
            behind_proxy: false,
        })
    }

    pub fn behind_proxy(mut self) -> Self {
        self.behind_proxy = true;
        self
    }

    /// The full address of a path.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(crate) fn origin(&self) -> &str {
        &self.base
    }

    /// Whether browsers reach it through TLS.
    pub fn is_secure(&self) -> bool {
        self.base.starts_with("https://")
    }
}

impl App {
    /// `chance` is where all randomness comes from: seeded by the system in the binary, by a number in tests.
    pub fn new(keelson: Keelson, site: Site, outbox: Arc<dyn Outbox>, mut chance: StdRng) -> Self {
        let set_up = Secret::draw(&mut chance);
        Self(Arc::new(Inner {
            keelson,
            passwords: Passwords::default(),
            site,
            outbox,
            chance: Mutex::new(chance),
            set_up,
            under_way: watch::Sender::new(0),
        }))
    }

    /// The present.
    pub fn now(&self) -> DateTime<Utc> {
        self.keelson.clock.now()
    }

    /// A generator of one's own, for one request.
    pub fn rng(&self) -> StdRng {
        StdRng::from_rng(&mut *self.chance.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Where the first administrator sets up this Keelson; none once there is an organisation. Printed by the server at its
    /// start: who can read that may set up, and nobody else.
    pub async fn set_up_link(&self) -> Result<Option<String>> {
        let founded = Organisation::find(self.keelson.db.read()).await?.is_some();
        Ok((!founded).then(|| self.site.link(&format!("/set-up/{}", self.set_up.reveal()))))
    }

    pub(crate) fn may_set_up(&self, secret: &Secret) -> bool {
        // Digests are compared, so that how long it takes says nothing about the secret.
        secret.digest() == self.set_up.digest()
    }

    /// Does something after the answer has gone, so that how long an answer takes says nothing about what was done.
    pub(crate) fn afterwards(&self, work: impl Future<Output = Result<()>> + Send + 'static) {
        let app = self.clone();
        app.under_way.send_modify(|count| *count += 1);
        tokio::spawn(async move {
            if let Err(error) = work.await {
                tracing::error!(%error, "work after an answer failed");
            }
            app.under_way.send_modify(|count| *count -= 1);
        });
    }

    /// Waits until everything begun with `afterwards` is done.
    pub async fn settled(&self) {
        // The sender is this value's own, so there is always an answer.
        let _ = self
            .under_way
            .subscribe()
            .wait_for(|count| *count == 0)
            .await;
    }

    /// The frame of pages before sign-in and of errors.
    pub(crate) async fn bare_shell(&self) -> BareShell {
        match Organisation::find(self.keelson.db.read()).await {
            Ok(Some(organisation)) => BareShell {
                locale: Locale::from_tag(&organisation.locale).unwrap_or_default(),
                demo: organisation.invented,
                organisation: organisation.name,
                ..BareShell::default()
            },
            // An error page must not fail because the database does.
            Ok(None) | Err(_) => BareShell::default(),
        }
    }
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Site;

    #[test]
    fn a_site_is_scheme_and_host() {
        let site = Site::parse("https://SRM.example.com/").unwrap();
        assert_eq!(site.link("/sign-in"), "https://srm.example.com/sign-in");
        assert!(site.is_secure());
        assert!(!Site::parse("http://127.0.0.1:8080").unwrap().is_secure());
        for bad in [
            "",
            "srm.example.com",
            "ftp://a",
            "https://",
            "https://a/b",
            "https://a?b",
            "https://u:p@a",
        ] {
            assert!(Site::parse(bad).is_err(), "{bad}");
        }
    }
}
