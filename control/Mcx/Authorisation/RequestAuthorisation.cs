using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>The one way by which requests come to a procedure, whatever they came over: who may send which method, and proof of it.</summary>
internal sealed class RequestAuthorisation(McContext context, Authenticator authenticator)
{
    // Outside a dialog, and with a To tag. A method that is not here is answered 405.
    private static readonly (string Method, Admission Outside, Admission Within)[] Table =
    [
        (SipMethods.Register, Admission.Credentials, Admission.Credentials),
        (SipMethods.Publish, Admission.User, Admission.User),
        (SipMethods.Message, Admission.User, Admission.DialogUser),
        (SipMethods.Subscribe, Admission.User, Admission.DialogUser),
        (SipMethods.Invite, Admission.User, Admission.DialogUser),
        (SipMethods.Ack, Admission.Nobody, Admission.Dialog),
        (SipMethods.Bye, Admission.Nobody, Admission.DialogUser),
        (SipMethods.Update, Admission.Nobody, Admission.DialogUser),
        (SipMethods.Prack, Admission.Nobody, Admission.DialogUser),
        (SipMethods.Cancel, Admission.InviteHop, Admission.InviteHop),
        (SipMethods.Options, Admission.Anybody, Admission.Anybody),
    ];

    private static readonly Dictionary<string, (string Method, Admission Outside, Admission Within)> Rules = Table.ToDictionary(rule => rule.Method);

    /// <summary>The methods that somebody may send, for Allow.</summary>
    public static IReadOnlyList<string> Methods { get; } = [.. Table.Select(rule => rule.Method)];

    /// <summary>False when the request ended here: it was challenged, refused or, an ACK or CANCEL, dropped.</summary>
    public bool TryAuthorise(
        SipTransactionId transaction, SipRequest request, SipFlow flow, Instant now, McxEffects effects, out RequestSender sender)
    {
        sender = default;
        McUser? user;
        switch (AdmissionOf(request))
        {
            case Admission.Anybody:
                return true;
            case Admission.Credentials:
                user = authenticator.TryIdentify(transaction, request, flow, now, effects, out McUser? proven, afresh: true) ? proven : null;
                break;
            case Admission.User:
                user = authenticator.TryIdentify(transaction, request, flow, now, effects, out McUser? known) ? known : null;
                break;
            case Admission.DialogUser:
                user = DialogUser(transaction, request, flow, now, effects);
                break;
            case Admission.Dialog:
                return context.State.UserOfDialog(SipDialog.IdOf(request)) is not null;
            case Admission.InviteHop:
                return context.State.LegsByInvite.TryGetValue(transaction, out CallLeg? leg) && leg.Destination.Flow == flow;
            default:
                if (request.Method != SipMethods.Ack)
                    context.Respond(transaction, request, 481, effects);
                return false;
        }
        sender = new RequestSender(user);
        return user is not null;
    }

    // The To header is not read where it makes no difference.
    private static Admission AdmissionOf(SipRequest request) => !Rules.TryGetValue(request.Method, out var rule) ? Admission.Nobody
        : rule.Outside == rule.Within || request.To?.Tag is null ? rule.Outside
        : rule.Within;

    // Tags and Call-ID are no secret: without this anybody who saw a dialog could change or end it (RFC 3261 26.2.3).
    private McUser? DialogUser(SipTransactionId transaction, SipRequest request, SipFlow flow, Instant now, McxEffects effects)
    {
        if (context.State.UserOfDialog(SipDialog.IdOf(request)) is not { } owner)
        {
            context.Respond(transaction, request, 481, effects);
            return null;
        }
        if (!authenticator.TryAuthenticate(transaction, request, flow, now, effects, out McUser? user))
            return null;
        if (user.McpttId == owner.McpttId)
            return user;
        context.Refuse(transaction, request, McxWarning.ServiceAuthorisationFailed, user.McpttId, $"the dialog is {owner.McpttId}'s", effects);
        return null;
    }
}
