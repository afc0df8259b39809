using System.Diagnostics.CodeAnalysis;
using System.Net;
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

    /// <summary>Above what a stack holds open; who is forgotten is challenged again.</summary>
    private const int MaxConnections = 65_536;

    private readonly McContext _context;
    private readonly DigestAuthentication _digest;
    private readonly Dictionary<SipFlow, McUser> _connections = [];

    public Authenticator(McContext context, IEntropy entropy)
    {
        _context = context;
        Span<byte> nonceKey = stackalloc byte[NonceKey_bytes];
        entropy.Fill(nonceKey);
        // Many telephones know MD5 only; nobody else may use it.
        var options = new DigestOptions { AllowMd5 = context.Organisation.Users.Any(user => user.PlainSip is not null) };
        _digest = new DigestAuthentication(context.Options.Realm, nonceKey, entropy, options);
    }

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
        string? claimed = McIdentity.Normalise(request.From?.Uri.ToString());
        string? preferred = request.Headers.Get("P-Preferred-Identity");
        string own = McIdentity.Normalise(user.SipIdentity)!;
        if (claimed == own && (preferred is null || (NameAddress.TryParse(preferred, out NameAddress? address) && address.Uri.AddressOfRecord == own)))
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
        user = afresh ? null : UserOf(flow);
        if (user is null)
        {
            if (!TryVerify(transaction, request, flow, now, effects, out user))
                return false;
            Vouch(flow, user, effects);
        }
        else if (flow.Transport == SipTransportKind.Udp)
        {
            // There it holds for a time only, and a stack that was restarted knows nobody.
            Vouch(flow, user, effects);
        }
        return true;
    }

    public void Forget(SipFlow flow) => _connections.Remove(flow);

    public void Dispose() => _digest.Dispose();

    // Before a request is read nobody knows what it is about; who may make urgent calls may claim priority.
    private static void Vouch(SipFlow flow, McUser user, McxEffects effects) =>
        effects.Vouch(flow, mayClaimPriority: user.AllowEmergencyGroupCall || user.AllowImminentPerilCall);

    private McUser? UserOf(SipFlow flow) =>
        flow.Transport == SipTransportKind.Udp
            ? _context.Organisation.UserByMcpttId(_context.State.Registrations.UserOfUdpSource(flow.Remote.ToString()))
            : _connections.GetValueOrDefault(flow);

    private bool TryVerify(
        SipTransactionId transaction,
        SipRequest request,
        SipFlow flow,
        Instant now,
        McxEffects effects,
        [NotNullWhen(true)] out McUser? user)
    {
        long unixSeconds = _context.WallClock(now).ToUnixTimeSeconds();
        DigestOutcome outcome = _digest.Verify(request, unixSeconds, HashA1, out string? name);
        user = name is null ? null : UserNamed(name);
        switch (outcome)
        {
            case DigestOutcome.Ok when user is not null:
                if (flow.Transport != SipTransportKind.Udp)
                    Remember(flow, user);
                return true;
            case DigestOutcome.Missing or DigestOutcome.Stale or DigestOutcome.Replayed:
                // Telephones that know MD5 only often read no further than the first challenge.
                bool isTelephone = _context.Organisation.UserBySipIdentity(request.From?.Uri.ToString())?.PlainSip is not null;
                effects.Respond(transaction, _digest.ChallengeResponse(request, unixSeconds,
                    stale: outcome != DigestOutcome.Missing, _context.RandomToken(), md5First: isTelephone));
                return false;
            case DigestOutcome.Malformed:
                _context.RefuseMalformed(transaction, request, AddressOf(flow), "the Authorization header cannot be read", effects);
                return false;
            default:
                _context.Refuse(transaction, request, McxWarning.ServiceAuthorisationFailed, AddressOf(flow), "wrong user name or password", effects);
                return false;
        }
    }

    // A connection may be reported closed before its last request is read; such entries would stay for good.
    private void Remember(SipFlow flow, McUser user)
    {
        if (_connections.Count >= MaxConnections)
            _connections.Clear();
        _connections[flow] = user;
    }

    private static string AddressOf(SipFlow flow) => $"{flow.Transport} {(IPEndPoint)flow.Remote}";

    private string? HashA1(string name, DigestAlgorithm algorithm) =>
        UserNamed(name) is { } user && (algorithm != DigestAlgorithm.Md5 || user.PlainSip is not null) ? DigestCalculator.HashA1(algorithm, name, _context.Options.Realm, user.Password) : null;

    // Clients send the user part of their identity, or all of it.
    private McUser? UserNamed(string name) =>
        _context.Organisation.UserBySipIdentity($"sip:{name}@{_context.Organisation.Domain}")
        ?? _context.Organisation.UserBySipIdentity(name);
}
