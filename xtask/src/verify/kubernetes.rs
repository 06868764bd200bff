//! Kubernetes: every overlay builds, and what it builds is what the API server knows.

use std::fs;

use super::project::Project;
use super::tools::Tools;
use crate::checklist::{Checklist, Made};
use crate::failure::Failure;
use crate::parts::Verdict;
use crate::process;

/// The version that `terraform-eks` proposes.
const VERSION: &str = "1.35";

/// Checks each folder of `deploy/kubernetes/overlays`.
pub fn check(project: &Project, tools: &Tools, list: &mut Checklist) {
    for overlay in project.list("deploy/kubernetes/overlays") {
        let name = overlay.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let built = list.make(&format!("kubectl kustomize {name}"), || {
            if !process::runs("kubectl", &["version", "--client"]) {
                return Ok(Made::Skipped("`kubectl` is not installed".to_owned()));
            }
            let mut kustomize = process::command("kubectl", &project.folder);
            process::output(kustomize.arg("kustomize").arg(&overlay)).map(Made::Done)
        });
        let Some(built) = built else { continue };
        list.check(&format!("kubernetes-validate {name}"), || {
            let Some(validate) = tools.python("kubernetes-validate") else {
                return Ok(Verdict::Skipped("Python's tools are not installed".to_owned()));
            };
            let file = project.folder.with_extension(format!("{name}.yaml"));
            fs::write(&file, &built).map_err(Failure::io(&file))?;
            process::quietly(tools.command(validate, &project.folder).args(["--strict", "-k", VERSION]).arg(&file))?;
            Ok(Verdict::Passed)
        });
    }
}
