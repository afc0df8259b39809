using System.Diagnostics.CodeAnalysis;

namespace MediaEngine.Sip;

/// <summary>
/// The early dialogs of one INVITE that was sent, one for each fork that answered reliably, and the PRACKs in them (RFC 3262 4). Pure.
/// <code>
/// reliable 1xx   first of its To tag:                 early dialog, PRACK
///                RSeq one above the fork's last:      PRACK
///                repeated, or out of order:           dropped: it comes again
/// </code>
/// </summary>
public sealed class EarlyDialogs(SipRequest invite)
{
    /// <summary>Forks beyond this many are not acknowledged.</summary>
    public const int MaxForks = 16;

    private readonly Dictionary<string, Fork> _forks = new(StringComparer.Ordinal);

    /// <summary>
    /// False: an unreliable response, or one that is not to be processed. With the PRACK to send when it is true; a body for it is the
    /// user's.
    /// </summary>
    public bool TryAcknowledge(SipResponse provisional, [NotNullWhen(true)] out SipRequest? prack)
    {
        ArgumentNullException.ThrowIfNull(provisional);
        prack = null;
        if (!IsReliable(provisional, out uint rseq) || provisional.To?.Tag is not { } tag)
            return false;
        if (!_forks.TryGetValue(tag, out Fork? fork))
        {
            if (_forks.Count == MaxForks)
                return false;
            _forks[tag] = fork = new Fork(SipDialog.FromClient(invite, provisional));
        }
        else if (rseq != fork.LastRSeq + 1)
            return false;
        fork.LastRSeq = rseq;
        if (provisional.Body.Length > 0)
            fork.Description ??= provisional;
        prack = fork.Dialog.CreateRequest(SipMethods.Prack);
        prack.Headers.Add("RAck", new SipRAck(rseq, invite.CSeq.Number, SipMethods.Invite).ToString());
        return true;
    }

    /// <summary>The early dialog that the response belongs to, or null.</summary>
    public SipDialog? Of(SipResponse response) => ForkOf(response)?.Dialog;

    /// <summary>The fork's reliable response that brought the answer: its 2xx may bring none. Null when there was none.</summary>
    public SipResponse? AnswerOf(SipResponse response) => ForkOf(response)?.Description;

    private static bool IsReliable(SipResponse response, out uint rseq)
    {
        bool numbered = SipRSeq.TryParse(response.Headers.Get("RSeq"), out SipRSeq read);
        rseq = read.Number;
        return numbered && response is { IsProvisional: true, Status: > 100 } && SipOptionTags.IsRequired(response, SipOptionTags.Reliable);
    }

    private Fork? ForkOf(SipResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return response.To?.Tag is { } tag ? _forks.GetValueOrDefault(tag) : null;
    }

    private sealed class Fork(SipDialog dialog)
    {
        public SipDialog Dialog { get; } = dialog;

        public uint LastRSeq { get; set; }

        public SipResponse? Description { get; set; }
    }
}
