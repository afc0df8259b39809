using System.Buffers;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>
/// Everything a batch of inputs led to. The host commits <see cref="Changes"/> in one transaction and only then carries out
/// the rest, in order.
/// </summary>
public sealed class McxEffects
{
    /// <summary>The longest subject or detail of an event, in characters.</summary>
    public const int MaxEventText = 1024;

    private static readonly SearchValues<char> Controls =
        SearchValues.Create([.. Enumerable.Range(0, 256).Select(c => (char)c).Where(char.IsControl)]);

    private readonly List<StoreChange> _changes = [];
    private readonly List<SignallingEffect> _sip = [];
    private readonly List<MediaEffect> _media = [];
    private readonly List<KeyEffect> _keys = [];
    private readonly List<McxEvent> _events = [];

    public IReadOnlyList<StoreChange> Changes => _changes;

    public IReadOnlyList<SignallingEffect> Sip => _sip;

    public IReadOnlyList<MediaEffect> Media => _media;

    public IReadOnlyList<KeyEffect> Keys => _keys;

    public IReadOnlyList<McxEvent> Events => _events;

    /// <summary>
    /// Wanted ahead of need: the host commits it apart from the changes and says so with
    /// <see cref="McSystem.Reserved"/>. When that fails nothing is lost; it is asked for again.
    /// </summary>
    public ServerSsrcReservation? Reservation { get; private set; }

    public void Clear()
    {
        Reservation = null;
        _changes.Clear();
        _sip.Clear();
        _media.Clear();
        _keys.Clear();
        _events.Clear();
    }

    public void Put(DurableRecord record) => _changes.Add(new StoreChange.Put(record));

    public void Delete<TRecord>(string id)
        where TRecord : DurableRecord =>
        _changes.Add(new StoreChange.Delete(typeof(TRecord), id));

    public void Reserve(ServerSsrcReservation reservation) => Reservation = reservation;

    public void Send(long token, SipRequest request, SipDestination destination) =>
        _sip.Add(new SignallingEffect.SendRequest(token, request, destination));

    public void Acknowledge(SipRequest ack, SipDestination destination) => _sip.Add(new SignallingEffect.SendAck(ack, destination));

    public void Respond(SipTransactionId transaction, SipResponse response) => _sip.Add(new SignallingEffect.Respond(transaction, response));

    public void Cancel(long token) => _sip.Add(new SignallingEffect.Cancel(token));

    public void Vouch(SipFlow flow, bool mayClaimPriority) => _sip.Add(new SignallingEffect.Vouch(flow, mayClaimPriority));

    public void Submit(MediaEffect effect) => _media.Add(effect);

    public void Submit(KeyEffect effect) => _keys.Add(effect);

    public void Log(string name, string subject, string detail) => _events.Add(new McxEvent(name, OneLine(subject), OneLine(detail)));

    public void Warn(string name, string subject, string detail) => _events.Add(new McxEvent(name, OneLine(subject), OneLine(detail), Warning: true));

    // Much of it came from a wire: it may neither forge a line of the log nor fill the disk.
    private static string OneLine(string text)
    {
        if (text.Length > MaxEventText)
            text = $"{text.AsSpan(0, MaxEventText)}…";
        return text.AsSpan().ContainsAny(Controls) ? string.Concat(text.Select(c => char.IsControl(c) ? '?' : c)) : text;
    }
}
