use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version,
    password_hash::phc::PasswordHash,
};
use rand::CryptoRng;
use tokio::sync::Semaphore;

use crate::{Error, Result};

/// How many hashes run at once. Each holds 19 MiB, so that any number of parallel sign-ins stays under 80 MiB.
const AT_ONCE: usize = 4;

/// Hashes and checks passwords with Argon2id: 19 MiB, two passes, one lane (OWASP Password Storage, 2024). Cheap to clone; one
/// per process, because it caps how many hashes run at once.
#[derive(Clone)]
pub struct Passwords(Arc<Inner>);

struct Inner {
    turns: Arc<Semaphore>,
    argon: Argon2<'static>,
    done: AtomicU64,
}

/// What checking a password told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    Right,
    /// Right, but hashed with parameters of an earlier day: hash it anew while it is at hand.
    RightButOld,
    Wrong,
}

/// A password somebody chose, which passed the rule.
#[derive(Clone)]
pub struct NewPassword(String);

impl NewPassword {
    const SHORTEST: usize = 12;
    /// Longer ones are no safer, and hashing them is work somebody else makes us do.
    const LONGEST: usize = 200;

    /// Reads a chosen password. Length is what counts: no rule about digits or signs, only against what is guessed first.
    pub fn parse(text: &str, email: &str) -> Result<Self, String> {
        let length = text.chars().count();
        if length < Self::SHORTEST {
            return Err(format!(
                "Use at least {} characters; several words in a row are easy to keep in mind",
                Self::SHORTEST
            ));
        }
        if length > Self::LONGEST {
            return Err(format!("Use at most {} characters", Self::LONGEST));
        }
        let lower = text.to_lowercase();
        let different: std::collections::BTreeSet<char> = lower.chars().collect();
        if different.len() < 5 {
            return Err("Use more different characters; this one is guessed quickly".to_owned());
        }
        let mailbox = email.split('@').next().unwrap_or_default();
        if lower.contains(email) || (mailbox.len() > 3 && lower.starts_with(mailbox)) {
            return Err("Do not build the password from the e-mail address".to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

impl std::fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewPassword(…)")
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self::with(Params::DEFAULT)
    }
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Passwords")
            .field("params", self.0.argon.params())
            .finish_non_exhaustive()
    }
}

impl Passwords {
    fn with(params: Params) -> Self {
        Self(Arc::new(Inner {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            argon: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            done: AtomicU64::new(0),
        }))
    }

    /// How many hashes were computed so far: the work an answer cost, whatever the clock says.
    pub fn hashes_done(&self) -> u64 {
        self.0.done.load(Ordering::Relaxed)
    }

    /// Hashes a new password with a salt of its own.
    pub(super) async fn hash(
        &self,
        rng: &mut impl CryptoRng,
        password: &NewPassword,
    ) -> Result<String> {
        let mut salt = [0; 16];
        rng.fill_bytes(&mut salt);
        let password = password.0.clone();
        self.in_turn(move |argon| {
            argon
                .hash_password_with_salt(password.as_bytes(), &salt)
                .map(|hash| hash.to_string())
                .map_err(|error| Error::damaged("password parameters", error))
        })
        .await?
    }

    /// Checks a password. Without a stored hash it does the same work and says no, so that a stranger learns nothing from how
    /// long the answer takes.
    pub(super) async fn check(&self, password: &str, stored: Option<&str>) -> Result<Check> {
        let stored = stored.map_or_else(|| self.nobodys(), str::to_owned);
        let password = password.to_owned();
        self.in_turn(move |argon| {
            let hash = PasswordHash::new(&stored)
                .map_err(|error| Error::damaged("password hash", error))?;
            if argon.verify_password(password.as_bytes(), &hash).is_err() {
                return Ok(Check::Wrong);
            }
            let is_current = hash.algorithm.as_str() == "argon2id"
                && Params::try_from(&hash).is_ok_and(|params| {
                    (params.m_cost(), params.t_cost(), params.p_cost())
                        == (
                            argon.params().m_cost(),
                            argon.params().t_cost(),
                            argon.params().p_cost(),
                        )
                });
            Ok(if is_current {
                Check::Right
            } else {
                Check::RightButOld
            })
        })
        .await?
    }

    /// Waits for a turn and works on a thread that may block.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>) -> T + Send + 'static,
    ) -> Result<T> {
        let queue = self.0.turns.clone().acquire_owned().await;
        let turn = queue.map_err(|error| Error::damaged("password queue", error))?;
        let inner = self.0.clone();
        tokio::task::spawn_blocking(move || {
            // The turn goes with the work: a visitor who hangs up does not make room while the work still runs.
            let _turn = turn;
            inner.done.fetch_add(1, Ordering::Relaxed);
            work(&inner.argon)
        })
        .await
        .map_err(|error| Error::damaged("password work", error))
    }

    /// A hash in today's parameters that no password has: 32 zero bytes.
    fn nobodys(&self) -> String {
        let params = self.0.argon.params();
        format!(
            "$argon2id$v=19$m={},t={},p={}$a2VlbHNvbi1ub2JvZHk${}",
            params.m_cost(),
            params.t_cost(),
            params.p_cost(),
            "A".repeat(43)
        )
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    fn new(text: &str) -> NewPassword {
        NewPassword::parse(text, "ada@example.com").expect("fits the rule")
    }

    #[tokio::test]
    async fn a_password_is_hashed_with_a_salt_and_checked() {
        let passwords = Passwords::default();
        let mut rng = StdRng::seed_from_u64(7);
        let hash = passwords
            .hash(&mut rng, &new("correct horse battery"))
            .await
            .unwrap();
        let again = passwords
            .hash(&mut rng, &new("correct horse battery"))
            .await
            .unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert_ne!(hash, again);
        let check = |text: &'static str| passwords.check(text, Some(&hash));
        assert_eq!(check("correct horse battery").await.unwrap(), Check::Right);
        assert_eq!(check("correct horse batterz").await.unwrap(), Check::Wrong);
    }

    #[tokio::test]
    async fn nobody_costs_as_much_as_somebody_and_never_fits() {
        let passwords = Passwords::default();
        for text in ["", "correct horse battery"] {
            assert_eq!(passwords.check(text, None).await.unwrap(), Check::Wrong);
        }
        assert_eq!(passwords.hashes_done(), 2);
    }

    #[tokio::test]
    async fn five_hundred_at_once_wait_for_their_turn() {
        let passwords = Passwords::with(Params::new(64, 1, 1, None).unwrap());
        let others = passwords
            .0
            .turns
            .clone()
            .acquire_many_owned(AT_ONCE as u32)
            .await
            .unwrap();
        let all: Vec<_> = (0..500)
            .map(|_| {
                let passwords = passwords.clone();
                tokio::spawn(async move { passwords.check("correct horse battery", None).await })
            })
            .collect();
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
        assert_eq!(passwords.hashes_done(), 0, "no hash begins without a turn");
        drop(others);
        for one in all {
            assert_eq!(one.await.unwrap().unwrap(), Check::Wrong);
        }
        assert_eq!(passwords.hashes_done(), 500);
    }

    #[tokio::test]
    async fn old_parameters_are_seen() {
        let old = Passwords::with(Params::new(8 * 1024, 1, 1, None).unwrap());
        let hash = old
            .hash(&mut StdRng::seed_from_u64(7), &new("correct horse battery"))
            .await
            .unwrap();
        let today = Passwords::default();
        assert_eq!(
            today
                .check("correct horse battery", Some(&hash))
                .await
                .unwrap(),
            Check::RightButOld
        );
        assert_eq!(
            today
                .check("wrong horse battery", Some(&hash))
                .await
                .unwrap(),
            Check::Wrong
        );
    }

    #[tokio::test]
    async fn a_damaged_hash_is_an_error_and_not_a_sign_in() {
        assert!(
            Passwords::default()
                .check("correct horse battery", Some("plain"))
                .await
                .is_err()
        );
    }

    #[test]
    fn the_rule_asks_for_length_and_against_the_obvious() {
        for bad in [
            "",
            "short",
            "aaaaaaaaaaaaaaaa",
            "ada@example.com1",
            &"x1y2z3".repeat(40),
        ] {
            assert!(NewPassword::parse(bad, "ada@example.com").is_err(), "{bad}");
        }
        assert!(NewPassword::parse("ingrid.lund2026", "ingrid.lund@example.com").is_err());
        assert!(NewPassword::parse("zwölf Zeichen reichen", "ada@example.com").is_ok());
    }
}
