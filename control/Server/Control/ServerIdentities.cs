using MediaEngine.Keys;

namespace MediaEngine.Server;

/// <summary>What this server holds of MIKEY-SAKKE, provisioned by the KMS as clients are.</summary>
/// <param name="Gms">Signs the messages that deliver groups' keys.</param>
/// <param name="Mdsi">Opens the CSKs that clients upload; signs the messages that deliver the bearer's MSCCK.</param>
public sealed record ServerIdentities(IdentityKeys Gms, IdentityKeys Mdsi);
