using System.Globalization;

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
        SipBinding[] live = [.. current.Where(binding => binding.ExpiresAt > now)];
        IReadOnlyList<string> values = request.Headers.GetAll("Contact");
        if (values.Count == 0)
            return new SipRegistration { Status = 200, Bindings = live, IsQuery = true };
        if (values.Contains("*"))
            return RemoveAll(request, values, live);
        if (!TryReadPath(request, out IReadOnlyList<string>? path, out SipRegistration? refusal))
            return refusal!;
        var wanted = new List<WantedBinding>(values.Count);
        foreach (string value in values)
        {
            if (!NameAddress.TryParse(value, out NameAddress? contact) || !(contact.Uri.IsSip || contact.Uri.IsTel))
                return Refuse(400, "a Contact that is no SIP URI");
            wanted.Add(new WantedBinding(contact, DurationOf(request, contact)));
        }
        WantedBinding[] lasting = [.. wanted.Where(one => one.Duration > TimeSpan.Zero)];
        if ((single && wanted.Count > 1) || lasting.Length > _options.MaxBindings)
            return Refuse(single ? 400 : 403, "too many contacts");
        if (Array.Exists(lasting, one => one.Duration < _options.MinExpires))
            return Refuse(423, "too brief", "Min-Expires", Seconds(_options.MinExpires));
        bool isOutbound = IsOutbound(request, wanted);
        if (isOutbound && lasting.Length > 1)
            return Refuse(400, "more than one flow at a time (RFC 5626 6)");
        if (isOutbound && !FirstHopKnowsOutbound(request, path))
            return Refuse(439, "the first proxy does not know outbound");
        return Apply(request, flow, live, wanted, path, now, single, isOutbound);
    }

    /// <summary>The final response: for 200 with every binding of <paramref name="bindings"/>.</summary>
    /// <param name="bindings">What is bound now; more than those of the decision when the address-of-record is kept in parts.</param>
    public SipResponse Answer(SipRequest request, SipRegistration decision, IEnumerable<SipBinding> bindings, DateTimeOffset now, string toTag)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(decision);
        ArgumentNullException.ThrowIfNull(bindings);
        SipResponse response = SipResponse.For(request, decision.Status, toTag: toTag);
        if (decision.Header is { } header)
            response.Headers.Add(header.Name, header.Value);
        if (decision.Status != 200)
            return response;
        foreach (SipBinding binding in bindings)
            response.Headers.Add("Contact", Describe(binding, now));
        foreach (string path in request.Headers.GetAll("Path"))
            response.Headers.Add("Path", path);
        foreach (string route in _options.ServiceRoute)
            response.Headers.Add("Service-Route", route);
        if (decision.IsOutbound)
            response.Headers.Add("Require", SipOptionTags.Outbound);
        response.Headers.Add("Supported", $"{SipOptionTags.Path}, {SipOptionTags.Outbound}");
        return response;
    }

    private SipRegistration Apply(SipRequest request, SipFlow flow, SipBinding[] live, List<WantedBinding> wanted, IReadOnlyList<string>? path,
        DateTimeOffset now, bool single, bool isOutbound)
    {
        List<SipBinding> kept = [.. live];
        var made = new List<SipBinding>(wanted.Count);
        foreach (WantedBinding one in wanted)
        {
            SipBinding binding = Make(request, flow, one, path, now, isOutbound);
            foreach (SipBinding before in live.Where(before => Replaces(binding, before, single, one.Duration == TimeSpan.Zero)))
            {
                // RFC 3261 10.3 step 7: an older request that was late may not undo a newer one.
                if (before.CallId == binding.CallId && binding.CSeq <= before.CSeq)
                    return Refuse(500, "an older request came late");
                kept.Remove(before);
            }
            made.RemoveAll(other => Replaces(binding, other, single, isRemoval: false));
            if (one.Duration > TimeSpan.Zero)
                made.Add(binding);
        }
        made.Reverse();
        while (kept.Count > 0 && made.Count + kept.Count > _options.MaxBindings)
            kept.Remove(kept.MinBy(binding => binding.ExpiresAt)!);
        return new SipRegistration
        {
            Status = 200,
            // An array, for this is what is kept: a list would bring three objects.
            Bindings = made.Concat(kept).OrderByDescending(binding => binding.Preference).ToArray(),
            IsOutbound = isOutbound,
        };
    }

    private static SipRegistration RemoveAll(SipRequest request, IReadOnlyList<string> values, SipBinding[] live)
    {
        if (values.Count > 1 || SecondsOf(request.Headers.Get("Expires")) != 0)
            return Refuse(400, "Contact: * needs Expires: 0 and no other contact");
        return Array.Exists(live, binding => binding.CallId == request.CallId && request.CSeq.Number <= binding.CSeq)
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

    private static SipBinding Make(SipRequest request, SipFlow flow, WantedBinding wanted, IReadOnlyList<string>? path, DateTimeOffset now, bool isOutbound)
    {
        bool isDirect = path is null && request.Headers.GetAll("Via").Count <= 1;
        return new SipBinding
        {
            Contact = wanted.Contact.Uri.AsRequestUri().ToString(),
            Transport = flow.Transport,
            Address = SipDestination.Behind(flow, path is null ? wanted.Contact.Uri : NextHop(path)).Remote.ToString(),
            Source = isDirect ? flow.Remote.ToString() : null,
            CallId = request.CallId,
            CSeq = request.CSeq.Number,
            ExpiresAt = now + wanted.Duration,
            Preference = PreferenceOf(wanted.Contact.Parameters["q"]),
            Instance = InstanceOf(wanted.Contact),
            RegId = isOutbound ? RegIdOf(wanted.Contact) : 0,
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

    private static bool IsOutbound(SipRequest request, List<WantedBinding> wanted) =>
        SipOptionTags.IsKnownTo(request, SipOptionTags.Outbound) && wanted.Exists(one => RegIdOf(one.Contact) > 0 && InstanceOf(one.Contact) is not null);

    // RFC 5626 6: what passed a proxy came over a flow only when the first one made it so.
    private static bool FirstHopKnowsOutbound(SipRequest request, IReadOnlyList<string>? path) =>
        request.Headers.GetAll("Via").Count <= 1
        || (path is not null && NameAddress.TryParse(path[^1], out NameAddress? first) && first.Uri.Parameters.Contains("ob"));

    private TimeSpan DurationOf(SipRequest request, NameAddress contact)
    {
        uint? seconds = SecondsOf(contact.Parameters["expires"]) ?? SecondsOf(request.Headers.Get("Expires"));
        return seconds < _options.MaxExpires.TotalSeconds ? TimeSpan.FromSeconds(seconds.Value) : _options.MaxExpires;
    }

    // What cannot be read counts as not said (RFC 3261 10.2.1.1, 20.19).
    private static uint? SecondsOf(string? text) => SipSyntax.TryParseNumber(SipSyntax.Trim(text), uint.MaxValue, out uint seconds) ? seconds : null;

    private static int PreferenceOf(string? text) =>
        text is { Length: > 0 and <= 5 } && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal q) && q <= 1
            ? (int)(q * 1000)
            : 1000;

    private static string? InstanceOf(NameAddress contact) =>
        contact.Parameters["+sip.instance"] is { Length: > 2 and <= MaxInstance_characters } value && SipSyntax.Unquote(value) is { Length: > 0 } instance
            ? instance
            : null;

    private static int RegIdOf(NameAddress contact) =>
        SipSyntax.TryParseNumber(contact.Parameters["reg-id"], int.MaxValue, out uint id) ? (int)id : 0;

    private static string Describe(SipBinding binding, DateTimeOffset now)
    {
        string text = $"<{binding.Contact}>;expires={Seconds(binding.ExpiresAt - now)}";
        if (binding.Preference != 1000)
            text += string.Create(CultureInfo.InvariantCulture, $";q={binding.Preference / 1000m:0.###}");
        if (binding.Instance is not null)
            text += ";+sip.instance=" + SipSyntax.Quote(binding.Instance);
        return binding.RegId == 0 ? text : text + ";reg-id=" + binding.RegId.ToString(CultureInfo.InvariantCulture);
    }

    private static string Seconds(TimeSpan time) => ((long)Math.Ceiling(time.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

    private static SipRegistration Refuse(int status, string reason, string? header = null, string value = "") =>
        new() { Status = status, Reason = reason, Bindings = [], Header = header is null ? null : (header, value) };

    private readonly record struct WantedBinding(NameAddress Contact, TimeSpan Duration);
}
