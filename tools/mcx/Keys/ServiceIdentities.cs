using MediaEngine.Sip;

namespace MediaEngine.Tool;

/// <summary>The identities of an MC system that keys come from and go to.</summary>
public static class ServiceIdentities
{
    /// <summary>The group management server (GMS) of the MC system whose server has this URI.</summary>
    public static string GroupManagementServerOf(string serverUri) => $"sip:gms@{DomainOf(serverUri)}";

    /// <summary>MDSI, to which clients send their CSK (TS 33.180 5.4).</summary>
    public static string McxServerOf(string serverUri) => $"sip:mcptt@{DomainOf(serverUri)}";

    private static string DomainOf(string serverUri) =>
        SipUri.TryParse(serverUri, out SipUri? uri) ? uri.Host : throw new ArgumentException($"{serverUri} is not a SIP URI.", nameof(serverUri));
}
