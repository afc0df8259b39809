using System.Buffers.Binary;
using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>
/// The responses to one received INVITE, provisional ones reliable where the peer knows how (RFC 3262 3). Pure; what is to be sent is
/// added to the caller's list, over every transport.
/// <code>
/// Send 1xx       none outstanding: numbered and sent, again after T1, 2*T1, 4*T1, …      else it waits
/// PRACK          of the outstanding one: 200, what waits follows                        else 481
/// Send 2xx       waits while a response with a session description is outstanding or waits
/// Send 3xx-6xx   sent; nothing is repeated any more
/// 64*T1          504 to the INVITE
/// </code>
/// </summary>
public sealed class ReliableProvisionals
{
    private const int MaxWaiting = 16;

    private readonly SipRequest _invite;
    private readonly TimeSpan _t1;
    private readonly Queue<SipResponse> _waiting = new();
    private readonly List<uint> _unacknowledged = [];
    private SipResponse? _outstanding;
    private uint _rseq;
    private TimeSpan _interval;
    private Instant _giveUp;
    private bool _final;

    /// <param name="t1">RFC 3261's T1.</param>
    public ReliableProvisionals(SipRequest invite, IEntropy entropy, TimeSpan t1)
    {
        ArgumentNullException.ThrowIfNull(invite);
        ArgumentNullException.ThrowIfNull(entropy);
        _invite = invite;
        _t1 = t1;
        Span<byte> octets = stackalloc byte[sizeof(uint)];
        entropy.Fill(octets);
        _rseq = BinaryPrimitives.ReadUInt32BigEndian(octets) % int.MaxValue;
    }

    /// <summary>The peer knows reliable provisional responses, and so gets no others but 100.</summary>
    public bool AreReliable => SipOptionTags.IsKnownTo(_invite, SipOptionTags.Reliable);

    public Instant NextDeadline { get; private set; } = Instant.Never;

    /// <summary>A response for the INVITE; provisional ones need the dialog's To tag and a Contact.</summary>
    public void Send(SipResponse response, Instant now, ICollection<SipResponse> output)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(output);
        if (_final)
            throw new InvalidOperationException("The INVITE is answered.");
        if (_outstanding is not null && IsReliable(response) || response.IsSuccess && HasDescription)
        {
            if (_waiting.Count == MaxWaiting)
                throw new InvalidOperationException("Too many responses wait.");
            _waiting.Enqueue(response);
        }
        else
            SendNow(response, now, output);
    }

    /// <summary>The answer to a PRACK; the user adds the answer to an offer in it. What it releases is added to the list.</summary>
    public SipResponse Acknowledge(SipRequest prack, Instant now, ICollection<SipResponse> output)
    {
        ArgumentNullException.ThrowIfNull(prack);
        ArgumentNullException.ThrowIfNull(output);
        if (!SipRAck.TryParse(prack.Headers.Get("RAck"), out SipRAck? rack) || rack.Method != SipMethods.Invite ||
            rack.CSeq != _invite.CSeq.Number || !_unacknowledged.Remove(rack.RSeq))
            return SipResponse.For(prack, 481);
        if (_outstanding is not null && rack.RSeq == _rseq)
        {
            Rest();
            while (_outstanding is null && _waiting.TryDequeue(out SipResponse? next))
                SendNow(next, now, output);
        }
        return SipResponse.For(prack, 200);
    }

    public void Expire(Instant now, ICollection<SipResponse> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (now < NextDeadline || _outstanding is not { } response)
            return;
        if (now >= _giveUp)
        {
            Rest();
            _waiting.Clear();
            _unacknowledged.Clear();
            _final = true;
            output.Add(SipResponse.For(_invite, 504, toTag: response.To?.Tag));
            return;
        }
        output.Add(response);
        _interval *= 2;
        NextDeadline = Instant.Earlier(now + _interval, _giveUp);
    }

    private void SendNow(SipResponse response, Instant now, ICollection<SipResponse> output)
    {
        if (IsReliable(response))
        {
            _rseq++;
            SipOptionTags.Add("Require", response, SipOptionTags.Reliable);
            response.Headers.Set("RSeq", new SipRSeq(_rseq).ToString());
            _unacknowledged.Add(_rseq);
            _outstanding = response;
            _interval = _t1;
            _giveUp = now + (_t1 * 64);
            NextDeadline = now + _t1;
        }
        else if (!response.IsProvisional)
        {
            // A PRACK may still come for what was sent.
            _final = true;
            _waiting.Clear();
            Rest();
        }
        output.Add(response);
    }

    private bool HasDescription => _outstanding is { Body.Length: > 0 } || _waiting.Any(response => response.Body.Length > 0);

    private bool IsReliable(SipResponse response) => response is { IsProvisional: true, Status: > 100 } && AreReliable;

    private void Rest()
    {
        _outstanding = null;
        NextDeadline = Instant.Never;
    }
}
