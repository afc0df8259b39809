using System.Buffers.Binary;
using System.Globalization;
using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>
/// Which changes of the session are under way in one dialog, and what that means for the next (RFC 3261 14, RFC 3311 5). Pure.
/// <code>
///                 our INVITE,         our UPDATE      the peer's INVITE    the peer's UPDATE
/// arrives         UPDATE with offer   without offer   not answered         not answered
/// INVITE          491                 taken           500, Retry-After     500, Retry-After if it had an offer
/// UPDATE, offer   491                 taken           500, Retry-After     500, Retry-After
/// UPDATE          taken               taken           taken                500, Retry-After
/// </code>
/// </summary>
/// <param name="ownsCallId">True for the side that made the Call-ID: it waits longer after a 491.</param>
public sealed class SessionModification(bool ownsCallId, IEntropy entropy)
{
    private SipRequest? _ours;
    private SipRequest? _invite;
    private SipRequest? _update;

    /// <summary>This side may send no INVITE, nor an offer, now (RFC 3261 14.1).</summary>
    public bool IsBusy => _ours is not null || _invite is not null || _update is { Body.Length: > 0 };

    /// <summary>Null when the peer's INVITE or UPDATE is taken: then it waits for <see cref="Answered"/>.</summary>
    public SipResponse? Refusal(SipRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        bool invite = request.Method == SipMethods.Invite, offers = invite || request.Body.Length > 0;
        if (offers ? _invite is not null || _update is { } unanswered && (!invite || unanswered.Body.Length > 0) : _update is not null)
        {
            var busy = SipResponse.For(request, 500);
            busy.Headers.Add("Retry-After", Random(11).ToString(CultureInfo.InvariantCulture));
            return busy;
        }
        if (offers && _ours is { } pending && (pending.Method == SipMethods.Invite || pending.Body.Length > 0))
            return SipResponse.For(request, 491);
        if (invite)
            _invite = request;
        else
            _update = request;
        return null;
    }

    /// <summary>The final response to a request that was taken is sent.</summary>
    public void Answered(SipRequest request)
    {
        if (ReferenceEquals(_invite, request))
            _invite = null;
        else if (ReferenceEquals(_update, request))
            _update = null;
    }

    /// <summary>This side's INVITE or UPDATE goes out, its body in place.</summary>
    public void Begin(SipRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (_ours is not null)
            throw new InvalidOperationException("One change at a time.");
        _ours = request;
    }

    /// <summary>It got its final response, or none.</summary>
    public void End() => _ours = null;

    /// <summary>How long to wait after a 491: 2.1 to 4 s, or 0 to 2 s, in steps of 10 ms.</summary>
    public TimeSpan GlareDelay() => TimeSpan.FromMilliseconds(ownsCallId ? 2100 + (10 * Random(191)) : 10 * Random(201));

    private uint Random(uint count)
    {
        Span<byte> octets = stackalloc byte[sizeof(uint)];
        entropy.Fill(octets);
        return BinaryPrimitives.ReadUInt32BigEndian(octets) % count;
    }
}
