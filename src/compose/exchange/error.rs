//! Why packs and their facts do not fit together.

use semver::Version;

use crate::compose::party::{Party, listed};
use crate::model::{Diagnose, Name, Report, Requirement, printable};

/// One step of a circle: `taker` needs what `giver` offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Who needs it in `plan`.
    pub taker: Party,
    /// Who provides it.
    pub giver: Party,
    /// The capability and its version.
    pub capability: String,
}

/// Why packs and their facts do not fit together.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ExchangeError {
    /// Packs that each need another's facts before they can make their own.
    #[error("{} need each other's facts before they can plan", listed(&takers(.0)))]
    Cycle(Vec<Link>),
    /// Nobody offers what a pack needs.
    #[error("{pack} needs {}, and no pack of the project offers it", capability(.requirement))]
    Missing {
        /// Who needs it.
        pack: Party,
        /// What it needs.
        requirement: Box<Requirement>,
        /// Those that could have offered it and did not, with what they declare.
        silent: Vec<(Party, String)>,
        /// Those that provide it in a version that does not serve, with that version.
        unfit: Vec<(Party, String)>,
        /// Packs outside of the project that provide it.
        suppliers: Vec<Name>,
    },
    /// More offers than a pack can use.
    #[error("{pack} takes {} from one pack only, and {} offer it", capability(.requirement), listed(&packs(.givers)))]
    Surplus {
        /// Who takes it.
        pack: Party,
        /// What it takes.
        requirement: Box<Requirement>,
        /// Who offers it, and in which version.
        givers: Vec<(Party, String)>,
    },
    /// An offer that the manifest does not announce.
    #[error("{pack} offers `{capability}@{version}` in plan, which its manifest does not declare")]
    Undeclared {
        /// Who offers it.
        pack: Party,
        /// What is offered.
        capability: Name,
        /// In which version.
        version: Version,
        /// What the manifest does declare.
        declared: Vec<String>,
    },
    /// Two offers under one capability.
    #[error("{pack} offers `{capability}` more than once in plan")]
    Repeated {
        /// Who offers it.
        pack: Party,
        /// What is offered twice.
        capability: Name,
    },
    /// Facts that are not as their own pack declares them.
    #[error("the facts that {pack} offers as `{capability}` are not as its own manifest describes them")]
    Facts {
        /// Who offers them.
        pack: Party,
        /// As what.
        capability: Name,
        /// What is wrong, and where.
        problems: Vec<String>,
    },
    /// Facts that another pack can't read.
    #[error("the facts that {giver} offers as `{capability}` are not what {taker} reads")]
    Unfit {
        /// Who offers them.
        giver: Party,
        /// Who reads them.
        taker: Party,
        /// As what.
        capability: Name,
        /// What is wrong, and where.
        problems: Vec<String>,
    },
    /// A schema of facts that is none.
    #[error("the schema of `{}` in the manifest of {pack} can't be used", printable(.capability))]
    Schema {
        /// Whose manifest.
        pack: Party,
        /// The capability.
        capability: String,
        /// What is wrong with the schema.
        message: String,
    },
}

fn packs(offers: &[(Party, String)]) -> Vec<&Party> {
    offers.iter().map(|(pack, _)| pack).collect()
}

fn takers(links: &[Link]) -> Vec<&Party> {
    links.iter().map(|link| &link.taker).collect()
}

/// A requirement as messages name it.
fn capability(requirement: &Requirement) -> String {
    if requirement.name == "*" {
        "any capability".to_owned()
    } else {
        format!("`{}@{}`", printable(&requirement.name), requirement.version)
    }
}

impl Diagnose for ExchangeError {
    fn report(&self) -> Report {
        let report = |code| Report::new(code, self.to_string());
        match self {
            Self::Cycle(links) => {
                let line = |link: &Link| format!("{} needs `{}` of {}", link.taker, link.capability, link.giver);
                report("capability-cycle")
                    .details(links.iter().map(line))
                    .hint("leave one of them out, or ask its author to need the capability in `render` instead")
            }
            Self::Missing { silent, unfit, suppliers, .. } => {
                missing(report("capability-missing"), silent, unfit, suppliers)
            }
            Self::Surplus { pack, givers, .. } => report("capability-surplus")
                .details(givers.iter().map(|(giver, offer)| format!("{giver} offers `{offer}`")))
                .hint(format!("leave out all but one of them, or `{}`", pack.instance)),
            Self::Undeclared { declared, .. } => {
                let declared = if declared.is_empty() { "nothing".to_owned() } else { listed(declared) };
                report("offer-undeclared")
                    .detail(format!("its manifest declares {declared}"))
                    .hint("this is for the pack's author: declare the capability in `provides`")
            }
            Self::Repeated { .. } => {
                report("offer-repeated").hint("this is for the pack's author: offer a capability once in a project")
            }
            Self::Facts { problems, .. } => report("facts-invalid")
                .details(problems.iter().cloned())
                .hint("this is for the pack's author: the facts and the schema in `provides` have to agree"),
            Self::Unfit { giver, taker, problems, .. } => {
                report("facts-unfit").details(problems.iter().cloned()).hint(format!(
                    "try another version of `{}` or of `{}`: the two do not agree on these facts",
                    giver.pack.name, taker.pack.name
                ))
            }
            Self::Schema { message, .. } => report("facts-schema-invalid")
                .detail(printable(message).into_owned())
                .hint("this is for the pack's author: a schema of facts is a JSON Schema without external references"),
        }
    }
}

fn missing(report: Report, silent: &[(Party, String)], unfit: &[(Party, String)], suppliers: &[Name]) -> Report {
    let report = report
        .details(silent.iter().map(|(pack, own)| format!("{pack} can offer `{own}`, but does not with these answers")))
        .details(unfit.iter().map(|(pack, own)| format!("{pack} provides `{own}`, a version that does not serve")));
    if let [only] = suppliers {
        report.hint(format!("add a pack that provides it: `--pack {only}`"))
    } else if !suppliers.is_empty() {
        let names: Vec<String> = suppliers.iter().map(|name| format!("`{name}`")).collect();
        report.hint(format!("add one of the packs that provide it: {}", listed(&names)))
    } else if let [(pack, _), ..] = silent {
        report.hint(format!("look at the answers of `{}`: they decide what it offers", pack.instance))
    } else if let [(pack, _), ..] = unfit {
        report.hint(format!("try another version of `{}`, or add a pack that provides it", pack.pack.name))
    } else {
        report.hint("add a pack that provides it, or drop the one that needs it")
    }
}
