using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>
/// Decides which user a request is from: digest (RFC 8760) for REGISTER and for anything from an address that no
/// registration vouches for; afterwards the connection, or the UDP source of the registration, stands for its user.
/// </summary>
internal sealed class Authenticator : IDisposable
{
    private const int NonceKey_bytes = 32;

    private readonly McContext _context;
    private readonly DigestAuthentication _digest;
    private readonly AuthenticatedConnections _connections;
    private readonly DigestUsers _users;
    private readonly DigestSecrets _secrets;

    public Authenticator(McContext context, SipCapabilities capabilities, IEntropy entropy)
    {
        _context = context;
        _connections = new AuthenticatedConnections(context.Options.MaxConnections);
        _users = new DigestUsers(context.Organisation, context.Options.Realm);
        _secrets = _users.TryHash;
        Span<byte> nonceKey = stackalloc byte[NonceKey_bytes];
        entropy.Fill(nonceKey);
        // Many telephones know MD5 only; nobody else may use it.
        var options = new DigestOptions { AllowMd5 = context.Organisation.Users.Any(user => user.PlainSip is not null) };
        _digest = new DigestAuthentication(context.Options.Realm, nonceKey, entropy, options);
        Door = new RegistrationDoor(context, capabilities, new DigestAuthentication(context.Options.Realm, nonceKey, entropy, options));
        CryptographicOperations.ZeroMemory(nonceKey);
    }

    public RegistrationDoor Door { get; }

    /// <summary>The algorithms that who sent the request, if it says so truly, can do.</summary>
    public static DigestOffer OfferFor(Organisation organisation, SipRequest request) =>
        organisation.UserBySipAddress(request.Headers.Get("From"))?.PlainSip?.Digest ?? DigestOffer.Sha256First;

    /// <summary>False when the request was answered here: challenged, or refused.</summary>
    /// <param name="afresh">Only credentials in this request count, no earlier ones.</param>
    public bool TryIdentify(
        SipTransactionId transaction,
        SipRequest request,
        SipFlow flow,
        Instant now,
        McxEffects effects,
        [NotNullWhen(true)] out McUser? user,
        bool afresh = false)
    {
        if (!TryAuthenticate(transaction, request, flow, now, effects, out user, afresh))
            return false;
        // An authenticated client speaks for its own identity only (RFC 3325, TS 24.379 6.2.1).
        string? preferred = request.Headers.Get("P-Preferred-Identity");
        if (IsIdentityOf(user, request.Headers.Get("From")) && (preferred is null || IsIdentityOf(user, preferred)))
            return true;
        _context.Refuse(transaction, request, McxWarning.ServiceAuthorisationFailed, user.McpttId, $"claims to be {request.From}", effects);
        return false;
    }

    /// <summary>As <see cref="TryIdentify"/>, whatever the From header says: within a dialog it is the dialog's.</summary>
    public bool TryAuthenticate(
        SipTransactionId transaction,
        SipRequest request,
        SipFlow flow,
        Instant now,
        McxEffects effects,
        [NotNullWhen(true)] out McUser? user,
        bool afresh = false)
    {
        user = afresh || !request.IsDirect ? null : UserOf(flow);
        if (user is null)
        {
            if (!TryVerify(transaction, request, flow, now, effects, out user))
                return false;
            Vouch(request, flow, user, effects);
        }
        else if (flow.Transport == SipTransportKind.Udp)
        {
            // There it holds for a time only, and a stack that was restarted knows nobody.
            Vouch(request, flow, user, effects);
        }
        return true;
    }

    public void Forget(SipFlow flow) => _connections.Forget(flow);

    public void Dispose()
    {
        _digest.Dispose();
        Door.Dispose();
    }

    // Before a request is read nobody knows what it is about; who may make urgent calls may claim priority, but not for all behind its proxy.
    private static void Vouch(SipRequest request, SipFlow flow, McUser user, McxEffects effects) =>
        effects.Vouch(flow, mayClaimPriority: (user.AllowEmergencyGroupCall || user.AllowImminentPerilCall) && request.IsDirect);

    private bool IsIdentityOf(McUser user, string? address) => _context.Organisation.UserBySipAddress(address) == user;

    private McUser? UserOf(SipFlow flow) =>
        flow.Transport == SipTransportKind.Udp
            ? _context.Organisation.UserByMcpttId(_context.State.Registrations.UserOfUdpSource(flow.Remote.ToString()))
            : _connections.UserOf(flow);

    private bool TryVerify(
        SipTransactionId transaction,
        SipRequest request,
        SipFlow flow,
        Instant now,
        McxEffects effects,
        [NotNullWhen(true)] out McUser? user)
    {
        long unixSeconds = _context.WallClock(now).ToUnixTimeSeconds();
        DigestOutcome outcome = _digest.Verify(request, unixSeconds, _secrets, out string? name);
        user = name is null ? null : _users.Find(name);
        switch (outcome)
        {
            case DigestOutcome.Ok when user is not null:
                if (flow.Transport != SipTransportKind.Udp && request.IsDirect)
                    _connections.Remember(flow, user);
                return true;
            case DigestOutcome.Missing or DigestOutcome.Stale or DigestOutcome.Replayed:
                effects.Respond(transaction, _digest.ChallengeResponse(request, unixSeconds,
                    stale: outcome != DigestOutcome.Missing, offer: OfferFor(_context.Organisation, request)));
                return false;
            case DigestOutcome.Malformed:
                _context.RefuseMalformed(transaction, request, AddressOf(flow), "the Authorization header cannot be read", effects);
                return false;
            default:
                _context.Refuse(transaction, request, McxWarning.ServiceAuthorisationFailed, AddressOf(flow), "wrong user name or password", effects);
                return false;
        }
    }

    private static string AddressOf(SipFlow flow) => $"{flow.Transport} {(IPEndPoint)flow.Remote}";
}
