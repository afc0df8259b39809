using System.Buffers.Binary;
using System.Net;
using MediaEngine.Keys;
using MediaEngine.Rtp;

namespace MediaEngine.Mcx;

/// <summary>
/// Offer and answer with a plain SIP endpoint (RFC 3264): one line of G.711 A-law with telephone-event, as RTP/SAVP with keys in
/// the SDP (RFC 4568) or RTP/AVP.
/// </summary>
internal sealed class PlainSession
{
    private const string SecureProfile = "RTP/SAVP";
    private const string ClearProfile = "RTP/AVP";
    private const string OfferedEvent = "101";

    private readonly PlainSecurity _security;
    private readonly IEntropy _entropy;
    private IReadOnlyList<SdesCrypto> _offered = [];
    private SdesCrypto? _ours;
    private SdesCrypto? _theirs;
    private SessionDescription? _remote;
    private bool _offeredInClear;
    private SessionDescription? _described;

    public PlainSession(PlainSecurity security, IEntropy entropy)
    {
        _security = security;
        _entropy = entropy;
        Span<byte> octets = stackalloc byte[sizeof(uint)];
        entropy.Fill(octets);
        EndpointSsrc = BinaryPrimitives.ReadUInt32BigEndian(octets);
    }

    /// <summary>The SSRC of the media sent to the endpoint.</summary>
    public uint EndpointSsrc { get; }

    /// <summary>What was agreed last; its keys, if any, are the caller's to dispose, once.</summary>
    public PlainEndpoint? Endpoint { get; private set; }

    /// <summary>The keys, or their absence, stayed when <see cref="Endpoint"/> was agreed.</summary>
    public bool KeptKeys { get; private set; }

    /// <summary>It was offered SRTP and refused, but RTP in clear is allowed.</summary>
    public bool MayOfferInClear => _security == PlainSecurity.Preferred && !_offeredInClear;

    /// <summary>Reads the endpoint's offer and chooses; nothing changes when it cannot be taken.</summary>
    public bool TryTakeOffer(SessionDescription offer, out string reason)
    {
        if (!TryReadAudio(offer, out MediaDescription audio, out IPEndPoint address, out reason))
            return false;
        SdesCrypto? theirs = _security == PlainSecurity.None ? null : CryptoLines(audio).FirstOrDefault();
        if (theirs is null && audio.Protocol == SecureProfile)
            return Fail("RTP/SAVP without a crypto line that can be used, or SRTP is switched off for the user", out reason);
        if (theirs is null && _security == PlainSecurity.Required)
            return Fail("SRTP is required: no crypto line that can be used", out reason);
        bool sameKey = Endpoint is not null && (theirs is null ? _theirs is null : _theirs?.HasKeyOf(theirs) == true);
        _ours = sameKey ? _ours?.WithTag(theirs!.Tag) : theirs?.Choose(_entropy);
        Agree(offer, audio, address, theirs, sameKey);
        return true;
    }

    /// <summary>The answer to the offer taken last.</summary>
    public SessionDescription Answer(GroupCall call, MediaAddresses media)
    {
        var sections = new List<MediaDescription>();
        foreach (MediaDescription line in _remote!.Media)
        {
            sections.Add(ReferenceEquals(line, _remote.Audio)
                ? Audio(media, line.Protocol, _ours is null ? [] : [_ours], Endpoint!.TelephoneEvent?.ToString(),
                    Mirror(DirectionOf(_remote, line)), line.Attributes.Contains("rtcp-mux"))
                : line with { Port = 0, Connection = null, TimeToLive = null, Attributes = [] });
        }
        return Describe(call, media, sections);
    }

    /// <summary>What an invited endpoint is offered: SRTP, or RTP in clear.</summary>
    public SessionDescription Offer(GroupCall call, MediaAddresses media, bool inClear)
    {
        _offeredInClear = inClear || _security == PlainSecurity.None;
        _offered = _offeredInClear ? [] : SdesCrypto.Offer(_entropy);
        return Describe(call, media,
            [Audio(media, _offeredInClear ? ClearProfile : SecureProfile, _offered, OfferedEvent, "sendrecv", rtcpMux: true)]);
    }

    /// <summary>What was described last, once more as an offer: nothing is to change (RFC 4028 7.4).</summary>
    public SessionDescription OfferAgain()
    {
        if (_ours is not null && !_offered.Contains(_ours))
            _offered = [_ours];
        _offeredInClear = _ours is null;
        return _described!;
    }

    /// <summary>The endpoint answers what was offered again with another key: this side's must change too, or it would begin anew.</summary>
    public bool NeedsNewKeys(SessionDescription answer) => _theirs is not null && answer.Audio is { } audio
        && CryptoLines(audio).FirstOrDefault() is { } theirs && !(_ours!.IsChosenBy(theirs) && theirs.HasKeyOf(_theirs));

    /// <summary>Reads the answer to <see cref="Offer"/> or <see cref="OfferAgain"/>.</summary>
    public bool TryTakeAnswer(SessionDescription answer, out string reason)
    {
        if (!TryReadAudio(answer, out MediaDescription audio, out IPEndPoint address, out reason))
            return false;
        if (audio.Protocol != (_offeredInClear ? ClearProfile : SecureProfile))
            return Fail($"{audio.Protocol} was not offered", out reason);
        SdesCrypto? theirs = null;
        bool sameKey = _offeredInClear && Endpoint is not null;
        if (!_offeredInClear)
        {
            theirs = CryptoLines(audio).FirstOrDefault(line => _offered.Any(offered => offered.IsChosenBy(line)));
            if (theirs is null)
                return Fail("none of the offered crypto lines was chosen", out reason);
            SdesCrypto ours = _offered.First(offered => offered.IsChosenBy(theirs));
            if (ours.HasKeyOf(theirs))
                return Fail("the answer has the offer's key: each side sends under its own", out reason);
            sameKey = ours == _ours && _theirs?.HasKeyOf(theirs) == true;
            _ours = ours;
        }
        Agree(answer, audio, address, theirs, sameKey);
        return true;
    }

    private void Agree(SessionDescription remote, MediaDescription audio, IPEndPoint address, SdesCrypto? theirs, bool sameKey)
    {
        SdesKeyPair? keys = theirs is null || sameKey ? null : _ours!.PairWith(theirs);
        _theirs = theirs;
        _remote = remote;
        KeptKeys = sameKey;
        string direction = DirectionOf(remote, audio);
        // a=sendonly is hold: what the endpoint would send is music, which must not take the floor.
        bool held = direction is "sendonly" or "inactive" || address.Address.Equals(IPAddress.Any);
        IPEndPoint at = address.Address.Equals(IPAddress.Any) && Endpoint is not null ? Endpoint.Audio : address;
        Endpoint = new PlainEndpoint(at, keys, EventOf(audio), Receives: !held, Sends: !held && direction != "recvonly");
    }

    private bool TryReadAudio(SessionDescription description, out MediaDescription audio, out IPEndPoint address, out string reason)
    {
        audio = description.Audio!;
        address = null!;
        if (audio is not { Port: > 0, Protocol: ClearProfile or SecureProfile }
            || !audio.Format.Split(' ').Contains(SessionDescription.PcmaPayloadType))
            return Fail($"no m=audio line with {ClearProfile} or {SecureProfile} and payload type {SessionDescription.PcmaPayloadType} (PCMA)", out reason);
        address = description.EndPointOf(audio);
        // c=0.0.0.0 is how old endpoints hold a call that is up (RFC 3264 8.4).
        bool oldHold = Endpoint is not null && address.Address.Equals(IPAddress.Any);
        if (!oldHold && CallSession.IsUnusable(address))
            return Fail("an address that cannot be sent to", out reason);
        reason = string.Empty;
        return true;
    }

    private static IEnumerable<SdesCrypto> CryptoLines(MediaDescription audio)
    {
        foreach (string attribute in audio.Attributes)
        {
            if (SdesCrypto.TryParse(attribute, out SdesCrypto crypto))
                yield return crypto;
        }
    }

    private static string DirectionOf(SessionDescription description, MediaDescription audio) =>
        audio.Attributes.Concat(description.Attributes).FirstOrDefault(attribute => attribute is "sendrecv" or "sendonly" or "recvonly" or "inactive")
        ?? "sendrecv";

    private static string Mirror(string direction) => direction switch
    {
        "sendonly" => "recvonly",
        "recvonly" => "sendonly",
        _ => direction,
    };

    private static byte? EventOf(MediaDescription audio)
    {
        foreach (string format in audio.Format.Split(' '))
        {
            string mapping = $"rtpmap:{format} telephone-event/8000";
            if (byte.TryParse(format, out byte type) && type is >= 96 and <= 127
                && audio.Attributes.Any(attribute => attribute.StartsWith(mapping, StringComparison.OrdinalIgnoreCase)))
                return type;
        }
        return null;
    }

    private static MediaDescription Audio(
        MediaAddresses media, string protocol, IReadOnlyList<SdesCrypto> keys, string? telephoneEvent, string direction, bool rtcpMux)
    {
        List<string> attributes = ["rtpmap:8 PCMA/8000"];
        if (telephoneEvent is not null)
            attributes.AddRange([$"rtpmap:{telephoneEvent} telephone-event/8000", $"fmtp:{telephoneEvent} 0-15"]);
        attributes.Add("ptime:20");
        attributes.AddRange(keys.Select(key => key.ToAttribute()));
        if (rtcpMux)
            attributes.Add("rtcp-mux");
        attributes.Add(direction);
        return new MediaDescription
        {
            Kind = "audio",
            Port = media.Audio.Port,
            Protocol = protocol,
            Format = telephoneEvent is null ? SessionDescription.PcmaPayloadType : $"{SessionDescription.PcmaPayloadType} {telephoneEvent}",
            Attributes = attributes,
        };
    }

    // The version counts changes (RFC 3264 8).
    private SessionDescription Describe(GroupCall call, MediaAddresses media, List<MediaDescription> sections)
    {
        var description = new SessionDescription
        {
            OriginUser = CallSession.OriginUser,
            SessionId = call.Number >> 1,
            SessionVersion = _described?.SessionVersion ?? 1,
            Connection = media.Audio.Address,
            Media = sections,
        };
        if (_described is not null && !description.Serialise().AsSpan().SequenceEqual(_described.Serialise()))
            description = description with { SessionVersion = description.SessionVersion + 1 };
        return _described = description;
    }

    private static bool Fail(string why, out string reason)
    {
        reason = why;
        return false;
    }
}
