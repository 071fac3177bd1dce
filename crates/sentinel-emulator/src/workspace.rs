//! The Log Analytics workspace itself.

use serde_json::json;

use crate::arm::{Call, Reply, error::ArmError, instant};

/// Answers GET.
pub(crate) fn answer(call: &Call<'_>) -> Result<Reply, ArmError> {
    call.require_get()?;
    let workspace = &call.workspace;
    Ok(Reply::ok(json!({
        "properties": {
            "customerId": workspace.customer_id(),
            "provisioningState": "Succeeded",
            "sku": { "name": "PerGB2018", "lastSkuUpdate": instant(workspace.created) },
            "retentionInDays": 90,
            "features": { "enableLogAccessUsingOnlyResourcePermissions": true },
            "publicNetworkAccessForIngestion": "Enabled",
            "publicNetworkAccessForQuery": "Enabled",
            "createdDate": instant(workspace.created),
            "modifiedDate": instant(workspace.created),
        },
        "location": "westeurope",
        "id": workspace.id(),
        "name": workspace.name,
        "type": "Microsoft.OperationalInsights/workspaces",
    })))
}
