using MediaEngine.Keys;

namespace MediaEngine.Server;

/// <summary>What this server holds of MIKEY-SAKKE, provisioned by the KMS as clients are.</summary>
/// <param name="Gms">Signs the messages that deliver GMKs.</param>
/// <param name="Mdsi">Opens the CSKs that clients upload.</param>
public sealed record ServerIdentities(IdentityKeys Gms, IdentityKeys Mdsi);
