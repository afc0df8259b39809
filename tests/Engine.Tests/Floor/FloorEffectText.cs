using System.Text;
using MediaEngine.Floor;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>Effects as a person reads them: "Granted→1 Taken→2,3".</summary>
internal static class FloorEffectText
{
    public static string Describe(FloorEffects effects)
    {
        var text = new StringBuilder();
        string last = "";
        for (int i = 0; i < effects.Count; i++)
        {
            FloorEffect effect = effects[i];
            bool sends = effect.Kind is FloorEffectKind.Send or FloorEffectKind.SendToControllingFunction;
            string word = sends ? Message(effects, effect) : effect.Kind.ToString();
            if (effect.Kind == FloorEffectKind.NotAllowed)
                word += $"({effect.MessageType})";
            if (!sends && effect.Cause != 0)
                word += $"#{effect.Cause}";
            if (effect.Kind == FloorEffectKind.QueuePosition)
                word += $"={effect.QueuePosition}";
            if (effect.Kind == FloorEffectKind.Send && word == last)
            {
                text.Append(effect.Participant == 0 ? $" {word}" : $",{effect.Participant}");
                continue;
            }
            last = word;
            if (text.Length > 0)
                text.Append(' ');
            text.Append(word);
            if (effect.Kind == FloorEffectKind.SendToControllingFunction)
                text.Append("→CF");
            else if (effect.Participant != 0)
                text.Append(effect.Kind == FloorEffectKind.Send ? "→" : " ").Append(effect.Participant);
        }
        return text.Length == 0 ? "-" : text.ToString();
    }

    private static string Message(FloorEffects effects, in FloorEffect effect)
    {
        FloorMessage.TryParse(effects.Message(effect), out FloorMessage message, out _);
        string word = message.Type.ToString() + (message.AckRequired ? "+ack" : "");
        if (message.TryGetRejectCause(out ushort cause, out _))
            word += $"#{cause}";
        if (message.TryGetQueueInfo(out byte position, out _))
            word += $"={position}";
        if (message.TryGetFloorIndicator(out FloorIndicator indicator) && (indicator & FloorIndicator.DualFloor) != 0)
            word += "(G)";
        if (message.TryGetQueuedFloorRequestsPurpose(out QueuedFloorRequestsPurpose purpose))
            word += message.TryGetResponseState(out ushort response) ? $"({purpose} {response})" : $"({purpose})";
        if (message.TryGetMessageType(out FloorMessageType acknowledged) && message.Type == FloorMessageType.Ack)
            word += $"({acknowledged})";
        return word;
    }
}
