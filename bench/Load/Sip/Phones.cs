using System.Diagnostics;
using System.Net;
using MediaEngine.Sip;

namespace MediaEngine.Bench.Load;

/// <summary>
/// Many plain SIP telephones over UDP, each with an address of its own. They repeat what is not answered, register, call, answer at
/// once and hang up when told so. One thread.
/// </summary>
internal sealed class Phones : IDisposable
{
    private const int Sockets = 4;
    private const uint FirstAddress = 0x7F01_0001;
    private static readonly TimeSpan T1 = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly PhoneSocket[] _sockets = [.. Enumerable.Range(0, Sockets).Select(_ => new PhoneSocket())];
    private readonly IPEndPoint _server;
    private readonly int _count;
    private readonly byte[] _buffer = new byte[65536];
    private readonly Dictionary<int, Sent> _unanswered = [];
    private readonly Dictionary<int, SipResponse> _called = [];
    private readonly HashSet<int> _up = [];
    private long _lastLook = Stopwatch.GetTimestamp();

    public Phones(int count, IPEndPoint server)
    {
        _count = count;
        _server = server;
    }

    /// <summary>Registered telephones.</summary>
    public int Registered { get; private set; }

    /// <summary>INVITE dialogs that are confirmed, at both ends of which somebody knows of the other.</summary>
    public int Dialogs => _up.Count;

    /// <summary>How often something had to be sent again.</summary>
    public long Repeated { get; private set; }

    /// <summary>Responses other than 2xx and the challenge.</summary>
    public int Refused { get; private set; }

    /// <summary>Registers all, so many at a time.</summary>
    public void Register(int window)
    {
        int next = 0;
        Until(() => Registered >= _count, () =>
        {
            for (; next < _count && _unanswered.Count < window; next++)
                Send(next, MessagesOf(next).Register(1, authorization: null), isRepeated: true);
        });
    }

    /// <summary>The first of each group calls it, so many at a time; the others answer.</summary>
    public void Call(int groupSize, int window)
    {
        int groups = _count / groupSize, next = 0;
        Until(() => Dialogs >= groups * groupSize, () =>
        {
            for (; next < groups && _unanswered.Count < window; next++)
                Send(next * groupSize, MessagesOf(next * groupSize).Invite(LoadOrganisation.Group(next)), isRepeated: true);
        });
    }

    /// <summary>Who called hangs up; the server hangs up on the others.</summary>
    public void HangUp(int window)
    {
        var callers = new Queue<KeyValuePair<int, SipResponse>>(_called);
        Until(() => Dialogs == 0, () =>
        {
            while (callers.Count > 0 && _unanswered.Count < window)
            {
                (int phone, SipResponse accepted) = callers.Dequeue();
                Send(phone, MessagesOf(phone).Bye(accepted), isRepeated: true);
            }
        });
    }

    public void Dispose()
    {
        foreach (PhoneSocket socket in _sockets)
            socket.Dispose();
    }

    private void Until(Func<bool> done, Action begin)
    {
        long lastProgress = Stopwatch.GetTimestamp();
        while (!done())
        {
            begin();
            bool received = false;
            foreach (PhoneSocket socket in _sockets)
                received |= Receive(socket);
            if (received)
                lastProgress = Stopwatch.GetTimestamp();
            else
                _sockets[0].Wait(TimeSpan.FromMilliseconds(1));
            Repeat();
            if (Stopwatch.GetElapsedTime(lastProgress) > Patience)
                throw new InvalidOperationException($"Nothing came for {Patience}: {Registered} registered, {Dialogs} dialogs, {_unanswered.Count} requests unanswered, {Refused} refused.");
        }
    }

    private bool Receive(PhoneSocket socket)
    {
        const int turn = 64;
        int i = 0;
        for (; i < turn && socket.Receive(_buffer, out uint to) is > 0 and int length; i++)
        {
            int phone = (int)(to - FirstAddress) * Sockets + Array.IndexOf(_sockets, socket);
            if (SipParser.TryParse(_buffer.AsSpan(0, length), SipLimits.Default, out SipMessage? message) == SipParseOutcome.Ok && phone < _count)
                Take(phone, message!);
        }
        return i > 0;
    }

    private void Take(int phone, SipMessage message)
    {
        switch (message)
        {
            case SipRequest { Method: SipMethods.Ack }:
                _unanswered.Remove(phone);
                _up.Add(phone);
                break;
            case SipRequest { Method: SipMethods.Invite } invite:
                // Repeated until the ACK comes (RFC 3261 13.3.1.4).
                Send(phone, MessagesOf(phone).Accept(invite), isRepeated: true);
                break;
            case SipRequest { Method: SipMethods.Bye } bye:
                Send(phone, MessagesOf(phone).Accept(bye), isRepeated: false);
                _up.Remove(phone);
                break;
            case SipResponse { Status: >= 200 } response:
                TakeFinal(phone, response);
                break;
        }
    }

    private void TakeFinal(int phone, SipResponse response)
    {
        bool isFirst = _unanswered.TryGetValue(phone, out Sent? sent) && sent.Sequence == response.CSeq;
        if (isFirst)
            _unanswered.Remove(phone);
        switch (response.CSeq.Method)
        {
            case SipMethods.Register when isFirst && response.Status == 401:
                Send(phone, MessagesOf(phone).Register(2, Answer(phone, response)), isRepeated: true);
                break;
            case SipMethods.Register when isFirst && response.IsSuccess:
                Registered++;
                break;
            case SipMethods.Invite when response.IsSuccess:
                Send(phone, MessagesOf(phone).Ack(response), isRepeated: false);
                _called[phone] = response;
                _up.Add(phone);
                break;
            case SipMethods.Bye when isFirst && response.IsSuccess:
                _up.Remove(phone);
                break;
            default:
                Refused += isFirst ? 1 : 0;
                break;
        }
    }

    private static string Answer(int phone, SipResponse challenge) => DigestClient.Answer(
        challenge.Headers.GetAll("WWW-Authenticate"), LoadOrganisation.Domain, LoadOrganisation.User(phone),
        algorithm => DigestCalculator.HashA1(algorithm, LoadOrganisation.User(phone), LoadOrganisation.Domain, LoadOrganisation.Password(phone)),
        SipMethods.Register, $"sip:{LoadOrganisation.Domain}", "0123456789abcdef")
        ?? throw new InvalidOperationException("A challenge that cannot be answered.");

    private void Send(int phone, byte[] message, bool isRepeated)
    {
        if (isRepeated)
        {
            SipParser.TryParse(message, SipLimits.Default, out SipMessage? parsed);
            _unanswered[phone] = new Sent(message, parsed!.CSeq) { At = Stopwatch.GetTimestamp() };
        }
        _sockets[phone % Sockets].Send(AddressOf(phone), _server, message);
    }

    private void Repeat()
    {
        if (Stopwatch.GetElapsedTime(_lastLook) < T1 / 5)
            return;
        _lastLook = Stopwatch.GetTimestamp();
        foreach ((int phone, Sent sent) in _unanswered)
        {
            if (Stopwatch.GetElapsedTime(sent.At) < sent.Interval)
                continue;
            sent.At = Stopwatch.GetTimestamp();
            sent.Interval *= 2;
            Repeated++;
            _sockets[phone % Sockets].Send(AddressOf(phone), _server, sent.Message);
        }
    }

    private PhoneMessages MessagesOf(int phone) =>
        new(phone, $"{new IPAddress(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(AddressOf(phone)))}:{_sockets[phone % Sockets].Port}");

    // One address has several telephones, at different ports.
    private static uint AddressOf(int phone) => FirstAddress + (uint)(phone / Sockets);

    private sealed record Sent(byte[] Message, (uint Number, string Method) Sequence)
    {
        public long At { get; set; }

        public TimeSpan Interval { get; set; } = T1;
    }
}
