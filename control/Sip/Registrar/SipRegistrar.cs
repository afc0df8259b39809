using System.Globalization;
using System.Net;

namespace MediaEngine.Sip;

/// <summary>
/// The rules of a registrar (RFC 3261 10.3) with Path (RFC 3327), outbound (RFC 5626) and Service-Route (RFC 3608). It keeps nothing:
/// the bindings of an address-of-record come in and go out, so that the caller stores them as it likes. Who may register what was
/// decided before.
/// </summary>
public sealed class SipRegistrar
{
    private const int MaxPath_values = 8;
    private const int MaxInstance_characters = 256;
    private readonly SipRegistrarOptions _options;

    public SipRegistrar(SipRegistrarOptions? options = null)
    {
        _options = options ?? new SipRegistrarOptions();
        foreach (string route in _options.ServiceRoute)
        {
            if (!IsLooseRoute(route))
                throw new ArgumentException($"'{route}' is no Service-Route: <sip:host;lr> is one.", nameof(options));
        }
    }

    /// <summary>Decides on the request; every contact or none is taken.</summary>
    /// <param name="flow">Where it came from.</param>
    /// <param name="current">The bindings there are, those that are over included.</param>
    /// <param name="single">The address-of-record has one contact, so that another one replaces it; flows of RFC 5626 stand beside each other all the same.</param>
    public SipRegistration Decide(SipRequest request, SipFlow flow, IReadOnlyList<SipBinding> current, DateTimeOffset now, bool single = false)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(current);
        IReadOnlyList<string> values = request.Headers.GetAll("Contact");
        List<SipBinding> live = LiveOf(current, now);
        if (values.Count == 0)
            return new SipRegistration { Status = 200, Bindings = live, IsQuery = true };
        if (values.Contains("*"))
            return RemoveAll(request, values, live);
        if (!TryReadPath(request, out IReadOnlyList<string>? path, out SipRegistration? refusal))
            return refusal!;
        var wanted = new WantedBinding[values.Count];
        int lasting = 0;
        bool isTooBrief = false;
        for (int i = 0; i < wanted.Length; i++)
        {
            if (!WantedBinding.TryRead(values[i], live, out wanted[i]))
                return Refuse(400, "a Contact that is no SIP URI");
            TimeSpan duration = wanted[i].Duration = DurationOf(request, wanted[i]);
            lasting += duration > TimeSpan.Zero ? 1 : 0;
            isTooBrief |= duration > TimeSpan.Zero && duration < _options.MinExpires;
        }
        if ((single && wanted.Length > 1) || lasting > _options.MaxBindings)
            return Refuse(single ? 400 : 403, "too many contacts");
        if (isTooBrief)
            return Refuse(423, "too brief", "Min-Expires", Text(Seconds(_options.MinExpires)));
        bool isOutbound = IsOutbound(request, wanted);
        if (isOutbound && lasting > 1)
            return Refuse(400, "more than one flow at a time (RFC 5626 6)");
        if (isOutbound && !FirstHopKnowsOutbound(request, path))
            return Refuse(439, "the first proxy does not know outbound");
        return Apply(request, flow, live, wanted, path, now, single, isOutbound);
    }

    /// <summary>The final response: for 200 with every binding of <paramref name="bindings"/>.</summary>
    /// <param name="bindings">What is bound, those that are over included; more than those of the decision when the address-of-record is kept in parts.</param>
    /// <param name="toTag">Null = the transaction layer's.</param>
    public SipResponse Answer(SipRequest request, SipRegistration decision, IReadOnlyList<SipBinding> bindings, DateTimeOffset now, string? toTag = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(decision);
        ArgumentNullException.ThrowIfNull(bindings);
        SipResponse response = SipResponse.For(request, decision.Status, toTag: toTag);
        if (decision.Header is { } header)
            response.Headers.Add(header.Name, header.Value);
        if (decision.Status != 200)
            return response;
        for (int i = 0; i < bindings.Count; i++)
        {
            if (bindings[i].ExpiresAt > now)
                response.Headers.Add("Contact", Describe(bindings[i], now));
        }
        foreach (string path in request.Headers.GetAll("Path"))
            response.Headers.Add("Path", path);
        foreach (string route in _options.ServiceRoute)
            response.Headers.Add("Service-Route", route);
        if (decision.IsOutbound)
            response.Headers.Add("Require", SipOptionTags.Outbound);
        response.Headers.Add("Supported", SipOptionTags.Path + ", " + SipOptionTags.Outbound);
        return response;
    }

    /// <param name="kept">The live bindings; those that stay remain in it.</param>
    private SipRegistration Apply(SipRequest request, SipFlow flow, List<SipBinding> kept, WantedBinding[] wanted, IReadOnlyList<string>? path,
        DateTimeOffset now, bool single, bool isOutbound)
    {
        var made = new List<SipBinding>(wanted.Length);
        foreach (ref readonly WantedBinding one in wanted.AsSpan())
        {
            SipBinding binding = Make(request, flow, one, path, now, isOutbound);
            bool isRemoval = one.Duration == TimeSpan.Zero;
            for (int i = kept.Count - 1; i >= 0; i--)
            {
                if (!Replaces(binding, kept[i], single, isRemoval))
                    continue;
                // RFC 3261 10.3 step 7: an older request that was late may not undo a newer one.
                if (kept[i].CallId == binding.CallId && binding.CSeq <= kept[i].CSeq)
                    return Refuse(500, "an older request came late");
                kept.RemoveAt(i);
            }
            for (int i = made.Count - 1; i >= 0; i--)
            {
                if (Replaces(binding, made[i], single, isRemoval: false))
                    made.RemoveAt(i);
            }
            if (!isRemoval)
                made.Insert(0, binding);
        }
        while (kept.Count > 0 && made.Count + kept.Count > _options.MaxBindings)
            kept.Remove(kept.MinBy(binding => binding.ExpiresAt)!);
        // An array, for this is what is kept: a list would bring three objects.
        SipBinding[] bindings = [.. made, .. kept];
        return new SipRegistration
        {
            Status = 200,
            Bindings = bindings.Length > 1 ? [.. bindings.OrderByDescending(binding => binding.Preference)] : bindings,
            IsOutbound = isOutbound,
        };
    }

    private static List<SipBinding> LiveOf(IReadOnlyList<SipBinding> bindings, DateTimeOffset now)
    {
        var live = new List<SipBinding>(bindings.Count);
        for (int i = 0; i < bindings.Count; i++)
        {
            if (bindings[i].ExpiresAt > now)
                live.Add(bindings[i]);
        }
        return live;
    }

    private static SipRegistration RemoveAll(SipRequest request, IReadOnlyList<string> values, List<SipBinding> live)
    {
        if (values.Count > 1 || SecondsOf(request.Headers.Get("Expires")) != 0)
            return Refuse(400, "Contact: * needs Expires: 0 and no other contact");
        return live.Exists(binding => binding.CallId == request.CallId && request.CSeq.Number <= binding.CSeq)
            ? Refuse(500, "an older request came late")
            : new SipRegistration { Status = 200, Bindings = [] };
    }

    private static bool Replaces(SipBinding binding, SipBinding before, bool single, bool isRemoval)
    {
        bool isOtherFlow = binding.RegId > 0 && before.RegId > 0 && binding.Instance == before.Instance && binding.RegId != before.RegId;
        if (single && !isOtherFlow)
            return true;
        // RFC 5626 6: a flow is its instance and reg-id, whatever its contact.
        if (binding.RegId > 0 && before.RegId > 0)
            return binding.Instance == before.Instance && binding.RegId == before.RegId;
        return (isRemoval || binding.RegId == before.RegId) && SipContactComparison.AreSame(binding.Contact, before.Contact);
    }

    private static SipBinding Make(SipRequest request, SipFlow flow, in WantedBinding wanted, IReadOnlyList<string>? path, DateTimeOffset now, bool isOutbound)
    {
        bool isDirect = path is null && request.IsDirect;
        string remote = flow.Remote.ToString();
        // Over the other transports it does not matter which port the next hop names.
        SipUri? nextHop = flow.Transport != SipTransportKind.Tcp ? null : path is null ? wanted.Uri : NextHop(path);
        IPEndPoint behind = SipDestination.Behind(flow, nextHop).Remote;
        return new SipBinding
        {
            Contact = wanted.Contact,
            Transport = flow.Transport,
            Address = behind == flow.Remote ? remote : behind.ToString(),
            Source = isDirect ? remote : null,
            CallId = request.CallId,
            CSeq = request.CSeq.Number,
            ExpiresAt = now + wanted.Duration,
            Preference = wanted.Preference,
            Instance = wanted.Instance,
            RegId = isOutbound ? wanted.RegId : 0,
            Path = path,
        };
    }

    private static SipUri NextHop(IReadOnlyList<string> path) =>
        NameAddress.TryParse(path[0], out NameAddress? first) ? first.Uri : throw new InvalidOperationException("A path was not checked.");

    /// <summary>RFC 3327 5.3. Null when there is none.</summary>
    private static bool TryReadPath(SipRequest request, out IReadOnlyList<string>? path, out SipRegistration? refusal)
    {
        (path, refusal) = (null, null);
        IReadOnlyList<string> values = request.Headers.GetAll("Path");
        if (values.Count == 0)
            return true;
        if (!SipOptionTags.IsKnownTo(request, SipOptionTags.Path))
            refusal = Refuse(420, "a Path, and a client that does not support it", "Unsupported", SipOptionTags.Path);
        else if (values.Count > MaxPath_values || !values.All(IsLooseRoute))
            refusal = Refuse(400, "a Path that no request can follow");
        path = values;
        return refusal is null;
    }

    /// <summary>A Path, Route or Service-Route value that requests can follow.</summary>
    public static bool IsLooseRoute(string value) =>
        NameAddress.TryParse(value, out NameAddress? route) && route.Uri is { IsSip: true, IsLooseRouter: true };

    private static bool IsOutbound(SipRequest request, WantedBinding[] wanted) =>
        Array.Exists(wanted, one => one is { RegId: > 0, Instance: not null }) && SipOptionTags.IsKnownTo(request, SipOptionTags.Outbound);

    // RFC 5626 6: what passed a proxy came over a flow only when the first one made it so.
    private static bool FirstHopKnowsOutbound(SipRequest request, IReadOnlyList<string>? path) =>
        request.IsDirect
        || (path is not null && NameAddress.TryParse(path[^1], out NameAddress? first) && first.Uri.Parameters.Contains("ob"));

    private TimeSpan DurationOf(SipRequest request, in WantedBinding wanted)
    {
        uint? seconds = SecondsOf(wanted.Expires) ?? SecondsOf(request.Headers.Get("Expires"));
        return seconds < _options.MaxExpires.TotalSeconds ? TimeSpan.FromSeconds(seconds.Value) : _options.MaxExpires;
    }

    // What cannot be read counts as not said (RFC 3261 10.2.1.1, 20.19).
    private static uint? SecondsOf(string? text) => SipSyntax.TryParseNumber(SipSyntax.Trim(text), uint.MaxValue, out uint seconds) ? seconds : null;

    private static string Describe(SipBinding binding, DateTimeOffset now)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"<{binding.Contact}>;expires={Seconds(binding.ExpiresAt - now)}");
        if (binding.Preference != 1000)
            text += string.Create(CultureInfo.InvariantCulture, $";q={binding.Preference / 1000m:0.###}");
        if (binding.Instance is not null)
            text += ";+sip.instance=" + SipSyntax.Quote(binding.Instance);
        return binding.RegId == 0 ? text : text + ";reg-id=" + Text(binding.RegId);
    }

    private static long Seconds(TimeSpan time) => (long)Math.Ceiling(time.TotalSeconds);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static SipRegistration Refuse(int status, string reason, string? header = null, string value = "") =>
        new() { Status = status, Reason = reason, Bindings = [], Header = header is null ? null : (header, value) };
}
