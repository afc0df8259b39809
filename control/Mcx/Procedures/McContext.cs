using System.Globalization;
using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>What every procedure works with: who there is, what is going on, and how requests and answers are made.</summary>
internal sealed class McContext
{
    public const string FeatureTag = "g.3gpp.mcptt";
    public const string ServiceIdentifier = "urn:urn-7:3gpp-service.ims.icsi.mcptt";
    private const string IcsiFeature = "+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.mcptt\"";
    private const int MaxForwards = 70;

    private readonly DateTimeOffset _wallClockAtZero;
    private long _lastTicket;
    private List<IDisposable> _retired = [];
    private List<IDisposable> _retiredBefore = [];

    public McContext(Organisation organisation, McxOptions options, McState state, IEntropy entropy, DateTimeOffset wallClockAtZero, ServerSsrcs serverSsrcs)
    {
        Organisation = organisation;
        Options = options;
        State = state;
        Entropy = entropy;
        _wallClockAtZero = wallClockAtZero;
        ServerSsrcs = serverSsrcs;
        MulticastPool = new MulticastPool(options.Multicast);
    }

    public Organisation Organisation { get; }

    public McxOptions Options { get; }

    public McState State { get; }

    public IEntropy Entropy { get; }

    public MulticastPool MulticastPool { get; }

    public ServerSsrcs ServerSsrcs { get; }

    /// <summary>When the sessions of legs want something.</summary>
    public DeadlineSet<CallLeg> SessionDeadlines { get; } = new();

    /// <summary>Feature parameters of a Contact that names a focus or client of this service.</summary>
    public static string ContactFeatures => $"+{FeatureTag};{IcsiFeature}";

    public DateTimeOffset WallClock(Instant now) => _wallClockAtZero + (now - Instant.Zero);

    /// <summary>The moment as this process counts; <see cref="Instant.Never"/> for null.</summary>
    public Instant InstantOf(DateTimeOffset? moment) => moment is { } time ? Instant.Zero + (time - _wallClockAtZero) : Instant.Never;

    /// <summary>For a key that effects of this batch may still name.</summary>
    public void DisposeLater(IDisposable retired) => _retired.Add(retired);

    /// <summary>Disposes what no effect names any more; once in a batch.</summary>
    public void DisposeRetired()
    {
        foreach (IDisposable retired in _retiredBefore)
            retired.Dispose();
        _retiredBefore.Clear();
        (_retired, _retiredBefore) = (_retiredBefore, _retired);
    }

    public ulong RandomNumber()
    {
        Span<byte> bytes = stackalloc byte[8];
        Entropy.Fill(bytes);
        return BitConverter.ToUInt64(bytes);
    }

    public string RandomToken() => RandomNumber().ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>For work on keys that is answered by <see cref="McSystem.KeyMessageMade"/>.</summary>
    public long NextTicket() => ++_lastTicket;

    /// <summary>Requests whose answer is waited for.</summary>
    public PendingRequests Pending { get; } = new();

    /// <summary>Remembers what to do with the answer and gives the token to send the request with.</summary>
    public long Track(PendingRequest pending) => Pending.Add(pending);

    /// <summary>A request outside a dialog from this server to a client (TS 24.379 6.3: identity and service headers).</summary>
    /// <param name="from">The server's identity; null is its public service identity.</param>
    public SipRequest NewRequest(string method, string requestUri, string to, string? from = null)
    {
        from ??= Options.ServerUri;
        var request = new SipRequest(method, requestUri);
        request.Headers.Add("Max-Forwards", MaxForwards.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("From", $"<{from}>;tag={RandomToken()}");
        request.Headers.Add("To", $"<{to}>");
        request.Headers.Add("Call-ID", $"{RandomToken()}@{Options.HostName}");
        request.Headers.Add("CSeq", $"1 {method}");
        request.Headers.Add("P-Asserted-Identity", $"<{from}>");
        request.Headers.Add("P-Asserted-Service", ServiceIdentifier);
        request.Headers.Add("Accept-Contact", $"*;+{FeatureTag};require;explicit");
        request.Headers.Add("Accept-Contact", $"*;{IcsiFeature};require;explicit");
        return request;
    }

    /// <summary>Where requests for the client go first: its open connection if there is one, else its registered address.</summary>
    public SipDestination DestinationOf(Registration registration) => State.Registrations.WaysTo(registration.Id)[0].Destination;

    /// <summary>Where requests of the dialog that this request begins go: to the proxy that routed itself in last, else to the Contact.</summary>
    public static SipDestination DestinationBehind(SipFlow flow, SipRequest request)
    {
        string? next = request.Headers.Get("Record-Route") ?? request.Headers.Get("Contact");
        return SipDestination.Behind(flow, NameAddress.TryParse(next, out NameAddress? hop) ? hop.Uri : null);
    }

    /// <summary>
    /// Sends a request outside a dialog to a client, along the path of its contact. When that does not reach it, its next contact or
    /// flow is tried under the same token. Returns the token.
    /// </summary>
    public long SendTo(Registration registration, SipRequest request, PendingRequest pending, McxEffects effects)
    {
        IReadOnlyList<RegisteredFlow> ways = State.Registrations.WaysTo(registration.Id);
        long token = Track(pending);
        if (ways.Count > 1)
            pending.Attempts = new ClientAttempts(registration.Id, request.Clone());
        SendOver(ways[0], token, request, pending, effects);
        return token;
    }

    /// <summary>Tries the next way to a client that was not reached. False when there is none (RFC 5626 5.3: 430), or no need any more.</summary>
    public bool TryNextWay(long token, McxEffects effects)
    {
        if (Pending.Find(token) is not { IsWanted: true, Attempts: { } attempts } pending)
            return false;
        RegisteredFlow? next = State.Registrations.WaysTo(attempts.Client).FirstOrDefault(way => !way.IsGone && !attempts.Tried.Contains(way));
        if (next is null)
            return false;
        SendOver(next, token, attempts.Request.Clone(next.Binding.Contact), pending, effects);
        return true;
    }

    private static void SendOver(RegisteredFlow way, long token, SipRequest request, PendingRequest pending, McxEffects effects)
    {
        if (pending.Attempts is { } attempts)
        {
            attempts.Tried.Add(way);
            if (request.RequestUri != way.Binding.Contact)
                request = request.Clone(way.Binding.Contact);
        }
        request.Headers.Remove("Route");
        foreach (string route in way.Binding.Path ?? [])
            request.Headers.Add("Route", route);
        SipDestination destination = way.Destination;
        pending.SentTo(destination);
        effects.Send(token, request, destination);
    }

    /// <summary>Gives every body of a message its place: one alone as it is, several as multipart/mixed.</summary>
    public static void SetBody(SipMessage message, params IReadOnlyList<MimePart> parts)
    {
        if (parts.Count == 1)
        {
            message.Headers.Set("Content-Type", parts[0].ContentType);
            message.Body = parts[0].Body;
            return;
        }
        message.Body = MultipartBody.Compose(parts, out string contentType);
        message.Headers.Set("Content-Type", contentType);
    }

    public SipResponse Reply(SipRequest request, int status, string? reason = null) =>
        SipResponse.For(request, status, reason, toTag: RandomToken());

    public void Respond(SipTransactionId transaction, SipRequest request, int status, McxEffects effects, string? reason = null) =>
        effects.Respond(transaction, Reply(request, status, reason));

    /// <summary>Refuses with the warning's status and code, and says so in the log.</summary>
    public void Refuse(SipTransactionId transaction, SipRequest request, McxWarning warning, string subject, string detail, McxEffects effects)
    {
        effects.Respond(transaction, Refusal(request, warning, subject, detail, effects));
    }

    /// <summary>A refusal that is still to be sent; says so in the log.</summary>
    public SipResponse Refusal(SipRequest request, McxWarning warning, string subject, string detail, McxEffects effects)
    {
        SipResponse response = Reply(request, warning.Status);
        response.AddWarning(Options.HostName, warning.Code, warning.Text);
        effects.Warn("request-refused", subject, $"{request.Method} refused with {warning.Status}, warning {warning.Code} {warning.Text}: {detail}");
        return response;
    }

    /// <summary>Refuses for a reason that TS 24.379 has no warning for.</summary>
    public void Refuse(SipTransactionId transaction, SipRequest request, int status, string reason, string subject, McxEffects effects)
    {
        SipResponse response = Reply(request, status);
        response.Headers.Add("Warning", new SipWarning(399, Options.HostName, reason).ToString());
        effects.Respond(transaction, response);
        effects.Warn("request-refused", subject, $"{request.Method} refused with {status}: {reason}");
    }

    /// <summary>Answers 400: the request or its body cannot be read.</summary>
    public void RefuseMalformed(SipTransactionId transaction, SipRequest request, string subject, string detail, McxEffects effects)
    {
        effects.Respond(transaction, Reply(request, 400));
        effects.Warn("request-malformed", subject, $"{request.Method} refused with 400: {detail}");
    }
}
