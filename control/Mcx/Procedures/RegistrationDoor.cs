using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>
/// Challenges who registers without credentials, as the system itself would, but with nothing of its state: half of all requests of
/// telephones that register end here. One thread, which may be another than the system's.
/// </summary>
public sealed class RegistrationDoor : IDisposable
{
    private readonly McContext _context;
    private readonly SipCapabilities _capabilities;
    private readonly DigestAuthentication _digest;

    /// <param name="digest">Of its own; the system takes the answers to its challenges.</param>
    internal RegistrationDoor(McContext context, SipCapabilities capabilities, DigestAuthentication digest)
    {
        _context = context;
        _capabilities = capabilities;
        _digest = digest;
    }

    /// <summary>Null: the request is the system's to answer.</summary>
    public SipResponse? Challenge(SipRequest request, Instant now)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Method != SipMethods.Register || request.Headers.Contains("Authorization") || _capabilities.Refusal(request) is not null)
            return null;
        return _digest.ChallengeResponse(
            request, _context.WallClock(now).ToUnixTimeSeconds(), offer: Authenticator.OfferFor(_context.Organisation, request));
    }

    public void Dispose() => _digest.Dispose();
}
